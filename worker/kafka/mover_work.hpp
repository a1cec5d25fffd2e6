#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kafka/handles.hpp"
#include "kafka/mover.hpp"
#include "kafka/transactional_client.hpp"
#include "kafka/work_limit.hpp"

namespace leadrelay::kafka {

/// What a mover does on the thread of its own: moves and checks, one after another, with a client that is made when it is first needed and
/// made anew, with the same transactional id, after a failure.
class mover_work {
 public:
  mover_work(properties given, std::string transactional_id, const work_limit& limit);

  /// Returns once it is certain what has come of the move; nothing where `limit` is over before.
  std::optional<move_result> perform(const move& what, const rd_kafka_consumer_group_metadata_t& of);
  /// What stands in the way of moves to these topics. The client is not kept.
  std::vector<std::string> check(const std::vector<needed_topic>& topics);

 private:
  std::optional<move_result> attempt(const move& what, const rd_kafka_consumer_group_metadata_t& of);
  step_result connect();
  step_result prepare(const move& what);
  step_result carry_out(const move& what, const rd_kafka_consumer_group_metadata_t& of, std::vector<std::int64_t>& next_offsets);
  std::optional<move_result> settle(const move& what, std::vector<std::int64_t> next_offsets);
  std::string transaction_problem(const failed_step& failed) const;

  properties given_;
  std::string transactional_id_;
  const work_limit& limit_;
  std::unique_ptr<transactional_client> client_;
  bool initialized_ = false;
  transactional_client::batches batches_ = transactional_client::batches::large;
  std::set<std::string> known_topics_;     ///< with partitions enough, when last looked at
  std::set<std::string> readable_topics_;  ///< what is moved there can be read back
};

/// 64 random bits, as digits.
std::string random_name();

/// `group.id`, `-` and 64 random bits: no two are the same, so that no mover ends another's transactions.
std::string make_transactional_id(const properties& given);

}  // namespace leadrelay::kafka
