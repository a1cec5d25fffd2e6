#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "kafka/failed_step.hpp"
#include "kafka/handles.hpp"
#include "kafka/mover.hpp"
#include "kafka/work_limit.hpp"

/// The topics of moves: whether they are there, and making them. For a thread that may wait.
namespace leadrelay::kafka {

/// The topic's partitions; 0 where there is none. Makes none.
struct partition_count {
  int partitions = 0;
  step_result failed;
};
partition_count count_partitions(rd_kafka_t* client, const std::string& topic, const properties& given);

/// Creates the topic, with the replication that is the broker's default, to keep records until the topic is deleted. `validate_only`: the
/// broker only says whether it would. A topic that is there already is no failure. Waits for an answer as long as `limit`, and a little.
step_result create_topic(rd_kafka_t* client, const needed_topic& topic, bool validate_only, const properties& given,
                         std::chrono::milliseconds limit = std::chrono::seconds{10});

/// What somebody would type to create it.
std::string creating_command(const needed_topic& topic);

/// Sees to it that the topic is there with partitions enough: makes it where it is missing.
step_result ensure_topic(rd_kafka_t* client, const needed_topic& topic, const properties& given, const work_limit& limit);

/// The topic's partitions, 0 where there is none; and what to do where `ensure_topic` could not work.
partition_count check_topic(rd_kafka_t* client, const needed_topic& topic, const properties& given, const work_limit& limit);
/// The same of each, in their order: where they are many they are asked for together, and those with something in the way by themselves.
std::vector<partition_count> check_topics(rd_kafka_t* client, const std::vector<needed_topic>& topics, const properties& given,
                                          const work_limit& limit);

}  // namespace leadrelay::kafka
