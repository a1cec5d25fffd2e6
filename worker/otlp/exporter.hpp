#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.hpp"
#include "base/reason.hpp"
#include "http/pool.hpp"
#include "otlp/export_retry.hpp"
#include "tracing/otlp_json.hpp"

namespace leadrelay::otlp {

/// Why a span is not exported; the words of `leadrelay_spans_dropped_total`.
enum class drop_reason {
  queue_full,  ///< they came faster than the receiver took them
  refused,     ///< the receiver has refused them for good
  gave_up,     ///< it has not taken them for a minute
  ended,       ///< the worker's grace was over
};

inline constexpr int drop_reason_count = 4;

std::string_view to_string(drop_reason) noexcept;

struct export_counts {
  std::uint64_t exported = 0;
  std::array<std::uint64_t, drop_reason_count> dropped{};
  std::uint64_t failures = 0;  ///< requests that were not accepted, each followed by another or not
  std::uint64_t queued = 0;    ///< spans that wait now, those on the wire included

  void add(const export_counts& other) noexcept;
};

struct exporter_settings {
  std::string target;  ///< path and query of the requests
  std::string host;    ///< as the Host header says it
  tracing::resource resource;
  /// Further header lines, each ended by CR LF; asked before each request, as secrets change. Where they cannot be had the former ones
  /// stay.
  std::function<outcome<std::string>()> headers;
  std::size_t queue = 2048;                     ///< spans that wait, from 1
  duration interval = std::chrono::seconds{5};  ///< the longest that a span waits for others
  duration timeout = std::chrono::seconds{10};  ///< until the whole answer is there
};

/// Sends the spans of one worker to a receiver, OTLP/HTTP in JSON: up to 512 in a request, one request at a time. `take` neither waits
/// nor fails: what the queue has no room for is dropped and counted.
///
/// Life: construct, `take` as they come, `drain` once. Its loop must not turn any more when it is destroyed, unless it has drained.
/// One thread, its loop's.
class exporter final : public tracing::span_sink {
 public:
  exporter(loop& on, std::unique_ptr<http::connector> connector, exporter_settings settings, std::uint64_t random_seed);
  ~exporter() override;

  void take(tracing::span ended) override;

  /// Sends what there is until `deadline`, and drops the rest. A connection that is being opened then is waited for.
  task<void> drain(time_point deadline);

  export_counts counts() const;

 private:
  struct trial {
    export_answer came;
    std::size_t rejected = 0;  ///< of the spans that the receiver has accepted otherwise
    std::string trouble;       ///< for people; empty where all is well
  };

  void send_soon();
  void start();
  task<void> send_all();
  task<void> send_batch();
  std::string take_batch();
  task<trial> try_once(const std::string& body);
  void tell(const std::string& trouble);
  void drop(std::size_t spans, drop_reason why) noexcept { counts_.dropped[static_cast<std::size_t>(why)] += spans; }
  time_point ends_at() const noexcept { return drain_until_.value_or(time_point::max()); }

  loop& loop_;
  exporter_settings settings_;
  http::pool pool_;
  std::mt19937_64 random_;
  std::string headers_;  ///< the last that could be had
  std::deque<tracing::span> queue_;
  std::size_t on_the_way_ = 0;  ///< spans of the batch that is being sent
  export_counts counts_;
  bool sending_ = false;
  bool troubled_ = false;
  std::optional<timer_queue::id> timer_;
  std::optional<time_point> drain_until_;
  time_point not_before_{};           ///< the next request
  wakeup signal_;                     ///< ends a wait for the next try
  wakeup idle_;                       ///< nothing is being sent any more
  http::connection* over_ = nullptr;  ///< what the request is on
};

}  // namespace leadrelay::otlp
