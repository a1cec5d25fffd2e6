#include "kafka/mover_work.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include "kafka/needed_topics.hpp"
#include "kafka/readable_topics.hpp"
#include "kafka/visible_record.hpp"

namespace leadrelay::kafka {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_init{10'000};

std::string group_of(const properties& given) { return std::string(find_property(given, {"group.id"}).value_or("")); }

move_result failure_of(const failed_step& failed) { return {failed.what, failed.may_work_later, {}}; }

/// What can be said of a move without a broker.
step_result check_move(const move& what) {
  if (what.records.empty()) return failed_step{"a move of no records", false};
  for (const moved_record& record : what.records) {
    const bool known = record.topic < what.topics.size();
    if (!known || record.partition < 0 || record.partition >= what.topics[record.topic].partitions)
      return failed_step{"a record's topic or partition is none of the move's", false};
  }
  const auto has_nul = [](const offset_to_commit& offset) { return offset.metadata.find('\0') != std::string::npos; };
  if (std::ranges::any_of(what.offsets, has_nul)) return failed_step{"the metadata holds a NUL", false};
  return std::nullopt;
}

bool is_unauthorized(const failed_step& failed) {
  return failed.what.starts_with("TRANSACTIONAL_ID_AUTHORIZATION_FAILED") || failed.what.starts_with("CLUSTER_AUTHORIZATION_FAILED");
}

}  // namespace

std::string random_name() {
  std::random_device random;
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x%08x", random(), random());
  return digits.data();
}

std::string make_transactional_id(const properties& given) { return group_of(given) + "-" + random_name(); }

mover_work::mover_work(properties given, std::string transactional_id, const work_limit& limit)
    : given_(std::move(given)),
      transactional_id_(std::move(transactional_id)),
      limit_(limit) {}

// --- A move ---------------------------------------------------------------------------------------------------------------------------

std::optional<move_result> mover_work::perform(const move& what, const rd_kafka_consumer_group_metadata_t& of) {
  if (const step_result wrong = check_move(what)) return failure_of(*wrong);
  auto result = attempt(what, of);
  const bool too_large = result && is_too_large(result->error);
  if (!too_large || batches_ == transactional_client::batches::of_one) return result;
  batches_ = transactional_client::batches::of_one;
  result = attempt(what, of);
  if (result && is_too_large(result->error)) batches_ = transactional_client::batches::large;  // it was not the batch
  return result;
}

std::optional<move_result> mover_work::attempt(const move& what, const rd_kafka_consumer_group_metadata_t& of) {
  if (const step_result failed = prepare(what)) return failure_of(*failed);
  std::vector<std::int64_t> next_offsets;
  if (const step_result failed = carry_out(what, of, next_offsets)) {
    // Never committed: a transaction that cannot be aborted now is by the broker's time limit, or by the next client.
    client_->abort(limit_);
    client_.reset();
    known_topics_.clear();
    return failure_of(*failed);
  }
  if (client_->commit(limit_)) return move_result{{}, true, std::move(next_offsets)};
  return settle(what, std::move(next_offsets));
}

step_result mover_work::connect() {
  if (!client_) {
    auto made = transactional_client::make(given_, transactional_id_, batches_);
    if (!made) return failed_step{made.error().what, false};
    client_ = std::move(*made);
    initialized_ = false;
  }
  if (initialized_) return std::nullopt;
  step_result failed = client_->init(limit_, longest_init);
  if (failed) {
    client_.reset();
    failed->what = transaction_problem(*failed);
  }
  initialized_ = !failed;
  return failed;
}

step_result mover_work::prepare(const move& what) {
  if (step_result failed = connect()) return failed;
  std::set<std::string> unread;  // a move names a topic for each partition
  for (const needed_topic& topic : what.topics) {
    if (known_topics_.contains(topic.name)) continue;
    if (step_result failed = ensure_topic(client_->handle(), topic, given_, limit_)) return failed;
    if (!readable_topics_.contains(topic.name)) unread.insert(topic.name);
  }
  for (failed_step& failed : unreadable(unread, given_, limit_)) return std::move(failed);
  readable_topics_.insert(unread.begin(), unread.end());
  for (const needed_topic& topic : what.topics) known_topics_.insert(topic.name);
  return std::nullopt;
}

step_result mover_work::carry_out(const move& what, const rd_kafka_consumer_group_metadata_t& of, std::vector<std::int64_t>& next_offsets) {
  if (step_result failed = client_->begin()) return failed;
  if (step_result failed = client_->write(what, limit_, next_offsets)) return failed;
  if (what.offsets.empty()) return std::nullopt;
  return client_->send_offsets(what.offsets, of, limit_);
}

/// The next client of the transactional id ends the transaction one way or the other; which way shows in whether its records can be read.
std::optional<move_result> mover_work::settle(const move& what, std::vector<std::int64_t> next_offsets) {
  client_.reset();
  known_topics_.clear();
  connect();  // only makes it quicker: the broker's time limit ends it too
  const moved_record& first = what.records.front();
  const topic_partition partition{what.topics[first.topic].name, first.partition};
  std::optional<bool> visible;
  while (!visible && !limit_.over()) visible = is_visible(partition, next_offsets.front() - 1, given_, limit_);
  if (!visible) return std::nullopt;
  if (*visible) return move_result{{}, true, std::move(next_offsets)};
  return move_result{"the broker has rolled the transaction back", true, {}};
}

// --- A check --------------------------------------------------------------------------------------------------------------------------

std::string mover_work::transaction_problem(const failed_step& failed) const {
  const std::string transactions = failed.what + ": no transaction can be begun";
  if (!is_unauthorized(failed)) return transactions;
  return transactions + "; allow the worker Describe and Write on the transactional ids that begin with \"" + group_of(given_) +
         "-\": kafka-acls.sh --add --allow-principal PRINCIPAL --operation Describe --operation Write --transactional-id " +
         group_of(given_) + "- --resource-pattern-type prefixed";
}

std::vector<std::string> mover_work::check(const std::vector<needed_topic>& topics) {
  std::vector<std::string> problems;
  if (const step_result failed = connect()) problems.push_back(failed->what);
  if (!client_) return problems;
  std::set<std::string> there;
  const std::vector<partition_count> found = check_topics(client_->handle(), topics, given_, limit_);
  for (std::size_t index = 0; index < topics.size(); ++index) {
    if (found[index].failed)
      problems.push_back(found[index].failed->what);
    else if (found[index].partitions > 0)
      there.insert(topics[index].name);
  }
  client_.reset();
  for (const failed_step& failed : unreadable(there, given_, limit_)) problems.push_back(failed.what);
  return problems;
}

}  // namespace leadrelay::kafka
