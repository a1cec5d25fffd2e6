#include "kafka/visible_record.hpp"

#include "kafka/blocking_reader.hpp"
#include "kafka/partition_list.hpp"

namespace leadrelay::kafka {
namespace {

/// What is nearest to the record: the offset of the first record that is delivered, or that reading goes on at when there is none.
std::optional<bool> judge(rd_kafka_event_t& event, std::int64_t offset) {
  if (rd_kafka_event_type(&event) == RD_KAFKA_EVENT_FETCH) {
    const rd_kafka_message_t* const message = rd_kafka_event_message_next(&event);
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return message->offset == offset;
  }
  if (rd_kafka_event_error(&event) != RD_KAFKA_RESP_ERR__PARTITION_EOF) return std::nullopt;
  const topic_partition_handle end(rd_kafka_event_topic_partition(&event));
  if (!end || end->offset <= offset) return std::nullopt;
  return false;
}

}  // namespace

std::optional<bool> is_visible(const topic_partition& partition, std::int64_t offset, const properties& given, const work_limit& limit) {
  const auto reader = blocking_reader::make(make_list({offset_to_commit{partition, offset, {}}}), given);
  while (reader && !limit.over()) {
    const event_handle event = reader->next();
    if (!event) continue;
    if (const auto known = judge(*event, offset)) return known;
  }
  return std::nullopt;
}

}  // namespace leadrelay::kafka
