#include "kafka/readable_topics.hpp"

#include <memory>

#include "kafka/client_configuration.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/teardown.hpp"

namespace leadrelay::kafka {
namespace {

using std::chrono::steady_clock;

constexpr int poll_ms = 100;
constexpr duration longest_look = std::chrono::seconds{10};
constexpr duration time_to_end = std::chrono::seconds{1};

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

std::vector<failed_step> unreadable(const std::set<std::string>& topics, const properties& given, const work_limit& limit) {
  std::vector<failed_step> out;
  auto configuration = make_configuration(given, role::reader);
  if (topics.empty() || !configuration) return out;
  auto client = make_client(std::move(*configuration), role::reader, given);
  if (!client) return out;
  rd_kafka_poll_set_consumer(client->get());
  rd_kafka_assign(client->get(), ends_of(topics).get());
  std::set<std::string> open = topics;
  const auto deadline = steady_clock::now() + longest_look;
  {
    const queue_handle events(rd_kafka_queue_get_consumer(client->get()));
    while (!open.empty() && !limit.stopping() && steady_clock::now() < deadline) {
      const event_handle event(rd_kafka_queue_poll(events.get(), poll_ms));
      if (!event) continue;
      const std::unique_ptr<rd_kafka_topic_partition_t, destroys<rd_kafka_topic_partition_destroy>> of(
          rd_kafka_event_topic_partition(event.get()));
      if (!of || open.erase(of->topic) == 0) continue;
      if (rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) out.push_back(no_right(of->topic, given));
    }
  }
  tear_down(std::move(*client), [](rd_kafka_t* reader) { rd_kafka_assign(reader, nullptr); }, time_to_end);
  return out;
}

}  // namespace leadrelay::kafka
