#include "kafka/readable_topics.hpp"

#include "kafka/blocking_reader.hpp"
#include "kafka/partition_list.hpp"

namespace leadrelay::kafka {
namespace {

using std::chrono::steady_clock;

partition_list_handle ends_of(const std::set<std::string>& topics) {
  std::vector<offset_to_commit> ends;
  for (const std::string& name : topics) ends.push_back({{name, 0}, RD_KAFKA_OFFSET_END, {}});
  return make_list(ends);
}

failed_step no_right(const std::string& topic, const properties& given) {
  constexpr auto error = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
  failed_step out = make_failure(error, "topic \"" + topic + "\" cannot be read: " + rd_kafka_err2str(error), given);
  out.what += "; allow the worker to: kafka-acls.sh --add --allow-principal PRINCIPAL --operation Read --topic " + topic;
  return out;
}

}  // namespace

std::vector<failed_step> unreadable(const std::set<std::string>& topics, const properties& given, const work_limit& limit,
                                    duration longest) {
  std::vector<failed_step> out;
  if (topics.empty()) return out;
  const auto reader = blocking_reader::make(ends_of(topics), given);
  std::set<std::string> open = topics;
  const auto deadline = steady_clock::now() + longest;
  while (reader && !open.empty() && !limit.stopping() && steady_clock::now() < deadline) {
    const event_handle event = reader->next();
    const topic_partition_handle of(event ? rd_kafka_event_topic_partition(event.get()) : nullptr);
    if (!of || open.erase(of->topic) == 0) continue;
    if (rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) out.push_back(no_right(of->topic, given));
  }
  return out;
}

}  // namespace leadrelay::kafka
