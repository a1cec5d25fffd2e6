#include "relay/account.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace leadrelay::relay {
namespace {

delivery::retry_policy policy_of(const config::account& settings) {
  const config::retry_settings& retry = settings.retry;
  return {.attempts = retry.attempts,
          .first_wait = retry.first_wait,
          .longest_wait = retry.longest_wait,
          .give_up_after = retry.give_up_after,
          .longest_retry_after = retry.longest_retry_after,
          .retry_unknown = settings.plan.settings().on_unknown == providers::unknown_outcome::retry};
}

}  // namespace

std::string_view to_string(lane_step step) noexcept {
  constexpr std::array<std::string_view, 9> words{"idle",       "starting",    "at_gate", "announcing", "connecting",
                                                  "requesting", "backing_off", "burying", "committing"};
  return words[static_cast<std::size_t>(step)];
}

account::account(loop& on, const config::account& settings, std::unique_ptr<http::connector> connector)
    : loop_(on),
      settings_(settings),
      retries_(policy_of(settings)),
      gate_(settings.concurrency, settings.limits),
      pool_(on, std::move(connector), {.connect_timeout = settings.connect_timeout}) {}

account::~account() {
  if (timer_) loop_.timers().cancel(*timer_);
}

running_lane& account::lane_of(std::string_view key) {
  if (const auto found = lanes_.find(key); found != lanes_.end()) return *found->second;
  auto made = std::make_unique<running_lane>(loop_.executor(), std::string(key));
  running_lane& lane = *made;
  lanes_.emplace(std::string_view(lane.queue.key), std::move(made));
  return lane;
}

void account::erase_lane(const running_lane& ended) { lanes_.erase(std::string_view(ended.queue.key)); }

task<bool> account::enter(running_lane& lane) {
  const auto given_up = [&] { return lane.queue.changes.front().from->leaving; };
  if (given_up()) co_return false;
  lane.admitted_in = gate_.credential_epoch();
  if (at_gate_.empty() && gate_.admit(loop_.now())) co_return true;
  lane.admitted = false;
  at_gate_.push_back(&lane);
  arm(loop_.now());
  while (!lane.admitted && !given_up()) co_await lane.signal.wait();
  if (lane.admitted && given_up()) {
    gate_.cancel();
    leave();
  }
  co_return !given_up();
}

bool account::send() {
  const bool sent = gate_.send(loop_.now());
  if (!timer_) arm(loop_.now());  // what has left may be all that the next one has waited for
  return sent;
}

void account::leave(std::uint64_t sent_in) {
  gate_.leave(sent_in);
  admit_waiting();
}

void account::admit_waiting() {
  const time_point now = loop_.now();
  while (!at_gate_.empty() && gate_.admit(now)) {
    running_lane& next = *at_gate_.front();
    at_gate_.pop_front();
    next.admitted = true;
    next.admitted_in = gate_.credential_epoch();
    next.signal.notify();
  }
  arm(now);
}

void account::forget_leaving() {
  std::erase_if(at_gate_, [](const running_lane* each) { return each->from->leaving; });
  for (const auto& [key, lane] : lanes_)
    if (lane->from && lane->from->leaving) lane->signal.notify();
}

void account::arm(time_point now) {
  if (timer_) loop_.timers().cancel(*std::exchange(timer_, std::nullopt));
  if (at_gate_.empty()) return;
  if (const auto again = gate_.ask_again_at(now))
    timer_ = loop_.timers().add(*again, [this] {
      timer_.reset();
      admit_waiting();
    });
}

}  // namespace leadrelay::relay
