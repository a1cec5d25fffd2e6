#include "kafka/message.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace leadrelay::kafka {
namespace {

/// librdkafka gives absent bytes as a null pointer, empty ones as a pointer and no length.
std::optional<std::string_view> bytes(const void* at, std::size_t size) {
  if (!at) return std::nullopt;
  return std::string_view(static_cast<const char*>(at), size);
}

std::vector<events::header> headers_of(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* parsed = nullptr;  // stays the message's
  if (rd_kafka_message_headers(&message, &parsed) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  std::vector<events::header> headers;
  headers.reserve(rd_kafka_header_cnt(parsed));
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t at = 0; rd_kafka_header_get_all(parsed, at, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++at)
    headers.push_back({name, bytes(value, size)});
  return headers;
}

}  // namespace

events::record copy_message(const rd_kafka_message_t& message, std::shared_ptr<const std::string> topic) {
  events::record record =
      events::copy_record(bytes(message.key, message.key_len), bytes(message.payload, message.len), headers_of(message));
  record.topic = std::move(topic);
  record.partition = message.partition;
  record.offset = message.offset;
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t timestamp = rd_kafka_message_timestamp(&message, &kind);
  record.timestamp_ms = kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : timestamp;
  return record;
}

}  // namespace leadrelay::kafka
