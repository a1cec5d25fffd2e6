#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "base/time.hpp"

namespace leadrelay::kafka {

struct produced_header {
  std::string name;
  std::optional<std::string> value;
};

/// A record to write. Key and value are copied by `produce`.
struct outgoing_record {
  std::string_view topic;
  std::optional<std::int32_t> partition;  ///< by the key where absent
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<produced_header> headers;
};

/// Called once, on the loop's thread: with an empty text when the broker has acknowledged the record (acks=all), with the reason otherwise.
/// The reason begins with librdkafka's name for it.
using delivery_report = std::function<void(const std::string& error)>;

/// Whether that reason says that the record is larger than the client, the broker or the topic takes.
inline bool is_too_large(std::string_view error) noexcept {
  return error.starts_with("MSG_SIZE_TOO_LARGE") || error.starts_with("RECORD_LIST_TOO_LARGE");
}

/// Writes records, idempotently and acknowledged by all in-sync replicas. One thread, its loop's.
class producer {
 public:
  virtual ~producer() = default;
  /// Takes the record, or says why not, as a report does (queue full: `queue full`, worth trying again later). `report` is called only where taken.
  virtual std::string produce(const outgoing_record& record, delivery_report report) = 0;
  /// Returns when all that was taken is reported, or after `grace`.
  virtual task<void> flush(duration grace) = 0;
};

}  // namespace leadrelay::kafka
