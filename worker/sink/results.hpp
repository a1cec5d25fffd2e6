#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/reason.hpp"
#include "base/time.hpp"
#include "sink/retrying_writer.hpp"

namespace leadrelay::sink {

/// How an event has ended.
enum class ending { delivered, merged, dead_lettered };

std::string_view to_string(ending) noexcept;

/// What a record of the results topic says of one settled event. What is empty or absent is left out.
struct result {
  std::string_view event_id = {};
  std::string_view account = {};
  std::string_view provider = {};
  ending outcome = ending::delivered;
  std::optional<leadrelay::reason> reason = {};  ///< of a dead letter
  std::optional<int> http_status = {};
  std::optional<int> attempts = {};
  std::string_view topic = {};
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  wall_time settled_at = {};
  std::optional<std::int64_t> leads_updated = {};  ///< where the provider says how many leads it has changed
  std::string_view request = {};                   ///< the event id that a merged event's request was sent for
};

/// The record's value: one JSON object, compact, its members in the order above.
std::string make_result(const result& of);

/// The topic of results, at least once each while the worker runs. Results hold up no commit: a crash may lose the last ones, and
/// when as many are unwritten as `most`, further ones are dropped and counted. One thread, its loop's; the producer outlives it.
class results {
 public:
  results(loop& on, kafka::producer& through, std::string topic, std::size_t most = 10'000);

  /// `key` is the settled record's. Everything is copied.
  void write(std::optional<std::string_view> key, const result& of);

  /// Returns when all are written, or after `grace`.
  task<void> flush(duration grace);
  void stop() { writer_.stop(); }

  std::size_t unwritten() const noexcept { return writer_.unwritten(); }
  std::uint64_t written() const noexcept { return writer_.written(); }
  std::uint64_t failures() const noexcept { return writer_.failures(); }
  std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  loop& loop_;
  std::string topic_;
  std::size_t most_;
  std::uint64_t dropped_ = 0;
  wakeup written_;
  retrying_writer writer_;
};

}  // namespace leadrelay::sink
