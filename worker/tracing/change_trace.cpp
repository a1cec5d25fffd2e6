#include "tracing/change_trace.hpp"

#include <algorithm>
#include <utility>

namespace leadrelay::tracing {
namespace {

constexpr std::size_t most_steps = 32;

trace_context own_context(std::optional<trace_context> parent, const trace_id& made, span_id process, const sampling& by) {
  const bool sampled = is_sampled(by, parent, parent ? parent->trace : made);
  trace_context out = parent ? *std::move(parent) : trace_context{.trace = made, .parent = 0, .flags = random_flag, .state = {}};
  out.parent = process;
  out.flags = static_cast<std::uint8_t>((out.flags & ~sampled_flag) | (sampled ? sampled_flag : 0));
  return out;
}

}  // namespace

change_trace::change_trace(std::optional<trace_context> parent, const trace_id& made, span_id process, const sampling& by,
                           const moment& taken)
    : parent_(parent ? std::optional(parent->parent) : std::nullopt),
      own_(own_context(std::move(parent), made, process, by)),
      taken_(taken),
      wait_began_(taken.at) {}

void change_trace::begin_step(std::string_view word, time_point at) {
  if (steps_.size() == most_steps) {
    ++dropped_steps_;
  } else {
    steps_.push_back({word, unix_ns(at)});
  }
}

span change_trace::end_wait(span_id id, time_point at) {
  span out;
  out.within = own_;
  out.id = id;
  out.name = "wait";
  out.start_ns = unix_ns(wait_began_);
  out.end_ns = unix_ns(at);
  out.events = std::exchange(steps_, {});
  out.dropped_events = std::exchange(dropped_steps_, 0);
  has_been_tried_ = true;
  wait_began_ = at;
  return out;
}

void change_trace::resume(time_point at) {
  has_been_tried_ = true;
  steps_.clear();
  dropped_steps_ = 0;
  wait_began_ = at;
}

span change_trace::end(time_point at) const {
  span out;
  out.within = own_;
  out.within.parent = parent_.value_or(0);
  out.parent_is_remote = parent_.has_value();
  out.id = own_.parent;
  out.kind = span_kind::consumer;
  out.start_ns = unix_ns(taken_.at);
  out.end_ns = unix_ns(at);
  if (link_) out.add_link(*link_);
  return out;
}

std::uint64_t change_trace::unix_ns(time_point at) const noexcept {
  const auto since_epoch = std::chrono::duration_cast<std::chrono::nanoseconds>(taken_.wall.time_since_epoch()) + (at - taken_.at);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since_epoch.count(), 0));
}

std::size_t change_trace::held_bytes() const noexcept {
  return sizeof(change_trace) + own_.state.size() + event_id.size() + most_steps * sizeof(span_event);
}

}  // namespace leadrelay::tracing
