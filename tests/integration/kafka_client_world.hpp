#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kafka/librdkafka_consumer.hpp"
#include "kafka/librdkafka_mover.hpp"
#include "support/environment.hpp"
#include "support/kafka_admin.hpp"
#include "support/kafka_reader.hpp"
#include "support/kafka_writer.hpp"
#include "unit/kafka/kafka_world.hpp"

/// What the tests of the worker's own Kafka clients against the real broker share.
namespace leadrelay::integration {

using namespace std::chrono_literals;

inline kafka::properties properties_of_group(const std::string& group) {
  return {{"bootstrap.servers", kafka_bootstrap()}, {"group.id", group}, {"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}};
}

/// A group's topic, and one beside it that records are moved to.
struct kafka_names {
  std::string group = unique_name("group");
  std::string source = unique_name("source");
  std::string parked = group + ".parked.acme";
};

inline kafka::moved_record record_of(const std::string& value, std::int32_t partition = 0) {
  return {.topic = 0, .partition = partition, .key = "key of " + value, .value = value, .headers = {{"kind", "moved"}, {"empty", {}}}};
}

/// Begins a move and runs the loop until it is done.
inline std::optional<kafka::move_result> run_move(kafka::test_loop& loop, kafka::mover& with, kafka::move what) {
  std::optional<kafka::move_result> result;
  with.begin(std::move(what), [&result](const kafka::move_result& done) { result = done; });
  loop.run_until([&result] { return result.has_value(); }, 60s);
  return result;
}

inline std::optional<std::vector<std::string>> run_check(kafka::test_loop& loop, kafka::mover& with,
                                                         std::vector<kafka::needed_topic> topics) {
  std::optional<std::vector<std::string>> problems;
  with.check(std::move(topics), [&problems](const std::vector<std::string>& found) { problems = found; });
  loop.run_until([&problems] { return problems.has_value(); }, 60s);
  return problems;
}

/// The values of all records that can be read, each partition in order.
inline std::vector<std::string> values_in(const std::string& topic) {
  std::vector<std::string> values;
  for (const kafka_record& record : read_topic(kafka_bootstrap(), topic)) values.push_back(record.value.value_or("(none)"));
  return values;
}

}  // namespace leadrelay::integration
