#include "kafka/visible_record.hpp"

#include <memory>

#include "kafka/client_configuration.hpp"
#include "kafka/handles.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/teardown.hpp"

namespace leadrelay::kafka {
namespace {

constexpr int poll_ms = 100;
constexpr duration time_to_end = std::chrono::seconds(1);

/// What is nearest to the record: the offset of the first record that is delivered, or that reading goes on at when there is none.
std::optional<bool> judge(rd_kafka_event_t& event, std::int64_t offset) {
  if (rd_kafka_event_type(&event) == RD_KAFKA_EVENT_FETCH) {
    const rd_kafka_message_t* const message = rd_kafka_event_message_next(&event);
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return message->offset == offset;
  }
  if (rd_kafka_event_error(&event) != RD_KAFKA_RESP_ERR__PARTITION_EOF) return std::nullopt;
  const std::unique_ptr<rd_kafka_topic_partition_t, destroys<rd_kafka_topic_partition_destroy>> end(rd_kafka_event_topic_partition(&event));
  if (!end || end->offset <= offset) return std::nullopt;
  return false;
}

std::optional<bool> read_until_known(rd_kafka_t* client, std::int64_t offset, const work_limit& limit) {
  const queue_handle records(rd_kafka_queue_get_consumer(client));
  while (!limit.over()) {
    const event_handle event(rd_kafka_queue_poll(records.get(), poll_ms));
    if (!event) continue;
    if (const auto known = judge(*event, offset)) return known;
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> is_visible(const topic_partition& partition, std::int64_t offset, const properties& given, const work_limit& limit) {
  auto configuration = make_configuration(given, role::reader);
  if (!configuration) return std::nullopt;
  auto client = make_client(std::move(*configuration), role::reader, given);
  if (!client) return std::nullopt;
  rd_kafka_poll_set_consumer(client->get());
  rd_kafka_assign(client->get(), make_list({offset_to_commit{partition, offset, {}}}).get());
  const auto known = read_until_known(client->get(), offset, limit);
  tear_down(std::move(*client), [](rd_kafka_t* reader) { rd_kafka_assign(reader, nullptr); }, time_to_end);
  return known;
}

}  // namespace leadrelay::kafka
