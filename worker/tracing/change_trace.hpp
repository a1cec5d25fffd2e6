#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "tracing/span.hpp"

namespace leadrelay::tracing {

/// The trace of one change while this worker has it: `process` from its arrival to its end, and within it `wait` before each try.
/// What it costs is bounded, however long the change waits.
class change_trace {
 public:
  /// A moment by both clocks.
  struct moment {
    time_point at{};
    wall_time wall{};
  };

  /// `parent` is what its record says; `made` is the id of a trace that begins with it, `process` that of its span.
  change_trace(std::optional<trace_context> parent, const trace_id& made, span_id process, const sampling& by, const moment& taken);

  bool sampled() const noexcept { return own_.sampled(); }

  /// For what happens to the change: the parent is its span `process`.
  const trace_context& context() const noexcept { return own_; }
  span_link link() const noexcept { return {own_.trace, own_.parent, own_.flags}; }

  /// What it waits for from now on; a literal. Beyond 32 within one wait they are counted alone.
  void begin_step(std::string_view word, time_point at);

  /// Whether something is to be told of the wait that is under way: the first one, or one in which a step has begun.
  bool is_waiting() const noexcept { return !has_been_tried_ || !steps_.empty(); }

  /// The wait, which ends now. The next begins with `resume`.
  span end_wait(span_id id, time_point at);
  void resume(time_point at);

  /// Its span as it ends now, without attributes.
  span end(time_point at) const;

  /// To a request that it was part of; the last one stays.
  void add_link(const span_link& to) { link_ = to; }

  std::uint64_t unix_ns(time_point at) const noexcept;

  /// Bytes that keeping this holds, the object included.
  std::size_t held_bytes() const noexcept;

  std::string event_id;  ///< cut; empty where the record is no event
  std::string account;
  std::string provider;
  std::string_view outcome = "abandoned";  ///< a literal, as `reason`
  std::string_view reason;

 private:
  std::optional<span_id> parent_;  ///< of `process`
  trace_context own_;
  moment taken_;
  time_point wait_began_;
  std::vector<span_event> steps_;
  std::size_t dropped_steps_ = 0;
  std::optional<span_link> link_;
  bool has_been_tried_ = false;
};

}  // namespace leadrelay::tracing
