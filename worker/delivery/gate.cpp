#include "delivery/gate.hpp"

#include <algorithm>
#include <array>

namespace leadrelay::delivery {
namespace {

constexpr duration first_probe_pause = std::chrono::seconds{1};
constexpr duration longest_probe_pause = std::chrono::seconds{60};

/// A reset that is no further away may have been told too late, in whole seconds.
constexpr duration coarse_reset = std::chrono::seconds{2};

}  // namespace

std::string_view to_string(gate_state state) noexcept {
  constexpr std::array<std::string_view, 7> words{"flowing", "busy",         "limited",           "retry_budget",
                                                  "waiting", "breaker_open", "credential_refused"};
  return words[static_cast<std::size_t>(state)];
}

gate::gate(int concurrency, const std::vector<providers::limit>& limits, int first_limit)
    : concurrency_(concurrency, first_limit),
      rate_(limits) {}

gate_state gate::state(time_point now, try_kind kind) const {
  if (credential_refused_ && (now < probe_at_ || in_flight_ > with_former_)) return gate_state::credential_refused;
  if (!breaker_.is_closed() && (now < breaker_.paused_until() || in_flight_ > 0)) return gate_state::breaker_open;
  if (!wait_.open(now, in_flight_)) return gate_state::waiting;
  if (in_flight_ >= concurrency_.limit()) return gate_state::busy;
  if (!rate_.open(now) || !told_.open(now)) return gate_state::limited;
  // Probes have a pace of their own.
  if (kind == try_kind::retry && !probes() && !retries_.open(now)) return gate_state::retry_budget;
  return gate_state::flowing;
}

std::optional<admission> gate::admit(time_point now, try_kind kind) {
  const gate_state before = state(now, kind);
  if (before == gate_state::limited) hold_back(now);
  if (before != gate_state::flowing) return std::nullopt;
  const bool covered = kind == try_kind::retry && !probes();
  concurrency_.use(++in_flight_);
  ++not_sent_;
  probing_ = credential_refused_;
  if (!breaker_.is_closed()) breaker_.probe();
  if (covered) retries_.take(now);
  wait_.admit();
  rate_.reserve(now);
  told_.reserve();
  return admission{now, covered, breaker_.openings(), credential_epoch_, told_.word(), in_flight_};
}

void gate::hold_back(time_point now) {
  if (told_.open(now))
    rate_.hold_back(now);
  else if (told_.opens_at() - now <= coarse_reset)
    rate_.ease(now);
}

std::optional<time_point> gate::ask_again_at(time_point now, try_kind kind) const {
  switch (state(now, kind)) {
    case gate_state::flowing: return now;
    case gate_state::busy: return std::nullopt;
    case gate_state::limited: {
      const auto at = rate_.opens_at(now);
      return at ? std::optional{std::max(*at, told_.opens_at())} : std::nullopt;
    }
    case gate_state::retry_budget: return retries_.opens_at(now);
    case gate_state::waiting: return wait_.is_asking(in_flight_) ? std::nullopt : std::optional{wait_.until()};
    case gate_state::breaker_open: return in_flight_ > 0 ? std::nullopt : std::optional{std::max(breaker_.paused_until(), wait_.until())};
    case gate_state::credential_refused:
      return in_flight_ > with_former_ ? std::nullopt : std::optional{std::max(probe_at_, wait_.until())};
  }
  return std::nullopt;
}

bool gate::send(time_point now) {
  if (!rate_.is_in_time(now)) {
    rate_.lose(now);
    return false;
  }
  --not_sent_;
  retries_.count(now);
  rate_.send(now);
  return true;
}

void gate::cancel() {
  --not_sent_;
  rate_.cancel();
  told_.give_back();
  wait_.forget();
}

void gate::put_back(const admission& of, time_point now) {
  if (of.covered) retries_.give_back(of.at, now);
  cancel();
}

breaker::finding gate::judge(const request_end& end, time_point now, double random) {
  const provider_sign sign = sign_of(end.is, end.error, end.status);
  if (end.of.covered && sign == provider_sign::works && end.is != providers::verdict::wait) retries_.give_back(end.of.at, now);
  adapt(end, sign, now);
  wait_.end(end.of.at, sign == provider_sign::works && end.is != providers::verdict::wait);
  // A failure to connect speaks of no change.
  const breaker::finding found = breaker_.end(sign, is_connect_error(end.error) ? 0 : end.change, now, random);
  if (found.is == breaker::effect::opened) concurrency_.start_again(now);
  return found;
}

void gate::adapt(const request_end& end, provider_sign sign, time_point now) {
  constexpr unsigned unavailable = 503;
  const bool pushed_back = end.is == providers::verdict::wait || end.status == unavailable || is_connect_error(end.error) ||
                           end.error == transport_error::answer_timeout;
  if (pushed_back) return concurrency_.pressed(end.of.at);
  if (sign != provider_sign::works || !end.sent) return;
  // A rejection may cost the provider much less than a delivery.
  concurrency_.good(end.of.at, end.of.in_flight, *end.sent, now, end.is == providers::verdict::delivered);
}

void gate::leave(std::uint64_t sent_in) {
  --in_flight_;
  if (sent_in < changed_in_) --with_former_;
  breaker_.forget_probe();
  if (in_flight_ == 0) wait_.forget();
}

void gate::refuse_credential(time_point now) {
  if (credential_refused_ && !probing_) return;  // one of those that were in flight when the first refusal came
  probe_pause_ = credential_refused_ ? std::min(probe_pause_ * 2, longest_probe_pause) : first_probe_pause;
  credential_refused_ = true;
  probing_ = false;
  ++credential_epoch_;
  probe_at_ = now + probe_pause_;
}

void gate::accept_credential() { credential_refused_ = false; }

void gate::try_credential_again(time_point now) {
  changed_in_ = ++credential_epoch_;
  with_former_ = in_flight_ - not_sent_;
  wait_.forget();
  probing_ = false;
  probe_pause_ = first_probe_pause / 2;  // the first refusal doubles it
  probe_at_ = now;
}

void gate::set_bounds(int concurrency, const std::vector<providers::limit>& limits, time_point now, wall_time wall_now) {
  concurrency_.set_most(concurrency);
  rate_.set_limits(limits, not_sent_, now, wall_now);
}

void gate::go_elsewhere(time_point now) {
  told_.forget();
  wait_ = {};
  breaker_.end_pause(now);
  concurrency_.start_again(now);
}

void gate::connect_anew(time_point now) { breaker_.end_pause(now); }

void gate::set_share(const limit_share& share, time_point now, wall_time wall_now) {
  told_.set_share(share.owned.size(), share.total);
  rate_.set_share(share, now, wall_now);
}

}  // namespace leadrelay::delivery
