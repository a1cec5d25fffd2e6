#include "kafka/needed_topics.hpp"

#include <array>
#include <map>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include "kafka/client_configuration.hpp"
#include "kafka/partition_count.hpp"
#include "kafka/teardown.hpp"

namespace leadrelay::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int metadata_ms = 5000;
constexpr int answer_ms = 500;                    // beyond the limit, at which librdkafka gives up itself
constexpr milliseconds longest_creation{10'000};  // until the brokers have told each other of a topic
constexpr milliseconds between_looks{100};
constexpr duration time_to_end = std::chrono::seconds(1);
constexpr int replication_of_broker = -1;
constexpr std::size_t few_topics = 10;  // that are asked for one by one
constexpr int most_together = 5000;     // partitions of topics in one request; brokers take 10,000
constexpr std::uint64_t room_for_headers = 1 << 20;

const char* policy_of(const needed_topic& topic) { return topic.compacted ? "compact" : "delete"; }

std::string largest_message(const needed_topic& topic) { return std::to_string(topic.largest_record + room_for_headers); }

std::string wanted(const needed_topic& topic) {
  return "topic \"" + topic.name + "\" with " + std::to_string(topic.partitions) + (topic.partitions == 1 ? " partition" : " partitions");
}

failed_step too_few(const needed_topic& topic, int found) {
  const std::string count = std::to_string(topic.partitions);
  return {"topic \"" + topic.name + "\" has " + std::to_string(found) + " partitions and needs " + count +
              "; add some: kafka-topics.sh --alter --topic " + topic.name + " --partitions " + count,
          false};
}

new_topic_handle describe(const needed_topic& topic, std::string& reason) {
  std::array<char, reason_bytes> text{};
  new_topic_handle made(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, replication_of_broker, text.data(), text.size()));
  if (!made) reason = text.data();
  if (!made) return made;
  rd_kafka_NewTopic_set_config(made.get(), "cleanup.policy", policy_of(topic));
  rd_kafka_NewTopic_set_config(made.get(), "retention.ms", "-1");
  if (topic.largest_record > 0) rd_kafka_NewTopic_set_config(made.get(), "max.message.bytes", largest_message(topic).c_str());
  return made;
}

admin_options_handle make_options(rd_kafka_t* client, bool validate_only, int limit_ms) {
  std::array<char, reason_bytes> reason{};
  admin_options_handle options(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), limit_ms, reason.data(), reason.size());
  rd_kafka_AdminOptions_set_validate_only(options.get(), validate_only ? 1 : 0, reason.data(), reason.size());
  return options;
}

/// What the broker says to that, null where it does not in time.
event_handle ask_to_create(rd_kafka_t* client, std::span<rd_kafka_NewTopic_t*> topics, bool validate_only, milliseconds limit) {
  const int limit_ms = static_cast<int>(limit.count());
  const admin_options_handle options = make_options(client, validate_only, limit_ms);
  const queue_handle answers(rd_kafka_queue_new(client));
  rd_kafka_CreateTopics(client, topics.data(), topics.size(), options.get(), answers.get());
  return event_handle(rd_kafka_queue_poll(answers.get(), limit_ms + answer_ms));
}

/// Those of the topics that the broker would create as they are described. Where it does not answer there are none.
std::set<std::string> creatable(rd_kafka_t* client, std::span<const needed_topic* const> topics) {
  std::vector<new_topic_handle> described;
  std::vector<rd_kafka_NewTopic_t*> asked;
  std::string ignored;
  for (const needed_topic* each : topics)
    if (new_topic_handle made = describe(*each, ignored)) asked.push_back(described.emplace_back(std::move(made)).get());
  const event_handle event = ask_to_create(client, asked, true, longest_creation);
  const auto* const result = event ? rd_kafka_event_CreateTopics_result(event.get()) : nullptr;
  std::set<std::string> out;
  std::size_t count = 0;
  const rd_kafka_topic_result_t** const each = result ? rd_kafka_CreateTopics_result_topics(result, &count) : nullptr;
  for (std::size_t index = 0; index < count; ++index) {
    const rd_kafka_topic_result_t* const answered = each[index];  // null where the broker says nothing of it
    if (answered && rd_kafka_topic_result_error(answered) == RD_KAFKA_RESP_ERR_NO_ERROR) out.insert(rd_kafka_topic_result_name(answered));
  }
  return out;
}

step_result failure_of(rd_kafka_event_t* event, const properties& given) {
  if (!event) return make_failure(RD_KAFKA_RESP_ERR__TIMED_OUT, "CreateTopics is not answered", given);
  if (const auto error = rd_kafka_event_error(event)) return make_failure(error, rd_kafka_event_error_string(event), given);
  std::size_t count = 0;
  const auto* const result = rd_kafka_event_CreateTopics_result(event);
  const rd_kafka_topic_result_t** const topics = result ? rd_kafka_CreateTopics_result_topics(result, &count) : nullptr;
  if (count == 0) return make_failure(RD_KAFKA_RESP_ERR__BAD_MSG, "CreateTopics is answered with no topic", given);
  const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(topics[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return std::nullopt;
  const char* const text = rd_kafka_topic_result_error_string(topics[0]);
  return make_failure(error, text ? text : rd_kafka_err2str(error), given);
}

bool is_unsupported(const failed_step& failed) { return failed.what.starts_with("_UNSUPPORTED_FEATURE"); }

/// Brokers that know no CreateTopics may make a topic when a producer asks for it.
void ask_for_topic(const needed_topic& topic, const properties& given) {
  auto configuration = make_configuration(given, role::producer);
  if (!configuration) return;
  auto client = make_client(std::move(*configuration), role::producer, given);
  if (!client) return;
  count_partitions(client->get(), topic.name, given);
  tear_down(std::move(*client), nullptr, time_to_end);
}

step_result make_topic(rd_kafka_t* client, const needed_topic& topic, bool validate_only, const properties& given) {
  step_result failed = create_topic(client, topic, validate_only, given);
  if (!failed || !is_unsupported(*failed)) return failed;
  ask_for_topic(topic, given);
  const partition_count now = count_partitions(client, topic.name, given);
  return now.failed || now.partitions > 0 ? now.failed : failed;
}

failed_step cannot_make(const needed_topic& topic, const failed_step& why) {
  return {why.what + ": " + wanted(topic) + " is missing and cannot be created; create it: " + creating_command(topic) +
              ", or allow the worker to: Create and Describe on the topic",
          why.may_work_later};
}

step_result wait_for_topic(rd_kafka_t* client, const needed_topic& topic, const properties& given, const work_limit& limit) {
  const auto deadline = steady_clock::now() + longest_creation;
  while (true) {
    const partition_count found = count_partitions(client, topic.name, given);
    if (found.failed) return found.failed;
    if (found.partitions >= topic.partitions) return std::nullopt;
    if (limit.stopping() || steady_clock::now() >= deadline)
      return found.partitions > 0 ? too_few(topic, found.partitions) : failed_step{wanted(topic) + " is created and does not appear"};
    std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace

partition_count count_partitions(rd_kafka_t* client, const std::string& name, const properties& given) {
  const topic_partitions found = ask_for_partitions(client, name, metadata_ms);
  if (found.error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || found.error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) return {};
  if (found.error == RD_KAFKA_RESP_ERR_NO_ERROR) return {found.count, std::nullopt};
  return {0, make_failure(found.error, "metadata of topic \"" + name + "\": " + rd_kafka_err2str(found.error), given)};
}

std::string creating_command(const needed_topic& topic) {
  return "kafka-topics.sh --create --topic " + topic.name + " --partitions " + std::to_string(topic.partitions) +
         " --config cleanup.policy=" + policy_of(topic) + " --config retention.ms=-1" +
         (topic.largest_record > 0 ? " --config max.message.bytes=" + largest_message(topic) : "");
}

step_result create_topic(rd_kafka_t* client, const needed_topic& topic, bool validate_only, const properties& given, milliseconds limit) {
  std::string reason;
  const new_topic_handle description = describe(topic, reason);
  if (!description) return failed_step{"topic \"" + topic.name + "\": " + reason, false};
  rd_kafka_NewTopic_t* one = description.get();
  const event_handle event = ask_to_create(client, {&one, 1}, validate_only, limit);
  return failure_of(event.get(), given);
}

step_result ensure_topic(rd_kafka_t* client, const needed_topic& topic, const properties& given, const work_limit& limit) {
  const partition_count found = count_partitions(client, topic.name, given);
  if (found.failed) return found.failed;
  if (found.partitions >= topic.partitions) return std::nullopt;
  if (found.partitions > 0) return too_few(topic, found.partitions);
  const step_result failed = make_topic(client, topic, false, given);
  if (failed) return cannot_make(topic, *failed);
  return wait_for_topic(client, topic, given, limit);
}

partition_count check_topic(rd_kafka_t* client, const needed_topic& topic, const properties& given, const work_limit& limit) {
  if (limit.stopping()) return {};
  partition_count found = count_partitions(client, topic.name, given);
  if (found.failed || found.partitions >= topic.partitions) return found;
  if (found.partitions > 0) return {found.partitions, too_few(topic, found.partitions)};
  if (const step_result failed = make_topic(client, topic, true, given)) found.failed = cannot_make(topic, *failed);
  return found;
}

std::vector<partition_count> check_topics(rd_kafka_t* client, const std::vector<needed_topic>& topics, const properties& given,
                                          const work_limit& limit) {
  std::vector<partition_count> out;
  const bool are_few = topics.size() <= few_topics;
  const std::map<std::string, int> shown = are_few ? std::map<std::string, int>() : ask_for_topics(client, metadata_ms).partitions;
  std::vector<const needed_topic*> missing;
  for (const needed_topic& each : topics)
    if (!are_few && !shown.contains(each.name)) missing.push_back(&each);
  std::set<std::string> may_be_made;
  for (std::span<const needed_topic* const> left = missing; !left.empty() && !limit.stopping();) {
    std::size_t together = 1;
    for (int partitions = left[0]->partitions; together < left.size(); ++together)
      if ((partitions += left[together]->partitions) > most_together) break;
    may_be_made.merge(creatable(client, left.first(together)));
    left = left.subspan(together);
  }
  for (const needed_topic& each : topics) {
    const auto found = shown.find(each.name);
    if (found != shown.end() && found->second >= each.partitions)
      out.push_back({found->second, std::nullopt});
    else
      out.push_back(may_be_made.contains(each.name) ? partition_count{} : check_topic(client, each, given, limit));
  }
  return out;
}

}  // namespace leadrelay::kafka
