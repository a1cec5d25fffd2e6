#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadrelay::events {

/// One header of a Kafka record. A header may have no value at all.
struct header {
  std::string_view name;
  std::optional<std::string_view> value;
};

/// One Kafka record, its bytes its own: one block that key, value and headers point into, so that it may be kept as long as
/// the change waits without pinning a fetch buffer.
struct record {
  std::shared_ptr<const std::string> topic;  ///< shared by all records of the topic
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::int64_t timestamp_ms = -1;  ///< Unix time in milliseconds, -1 where the broker gives none
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<header> headers;
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;  ///< bytes of key, value and headers

  /// The last header of that name, compared without case, or nothing.
  std::optional<std::string_view> header_value(std::string_view name) const noexcept;

  /// Bytes that keeping this record holds, the struct included.
  std::size_t held_bytes() const noexcept;
};

/// Where a record was before it was moved to another topic.
struct origin {
  std::string topic;
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::string traceparent{};  ///< of the trace that began with it; empty where its own headers tell, or there is none
};

/// Copies key, value and headers into a record of its own; topic, partition, offset and time are set by the caller.
record copy_record(std::optional<std::string_view> key, std::optional<std::string_view> value, const std::vector<header>& headers);

}  // namespace leadrelay::events
