#include "delivery/breaker.hpp"

#include <algorithm>

namespace leadrelay::delivery {
namespace {

constexpr double jitter = 0.2;
constexpr unsigned first_server_error = 500;

/// Changes that always fail may be many; that each fails again shows only where all of them are remembered.
constexpr std::size_t most_remembered = 1000;

}  // namespace

provider_sign sign_of(providers::verdict is, transport_error error, unsigned status) noexcept {
  switch (error) {
    case transport_error::none: break;
    case transport_error::resolve_failed:
    case transport_error::connect_failed:
    case transport_error::connect_timeout:
    case transport_error::tls_failed:
    case transport_error::connection_lost:
    case transport_error::answer_timeout:
    case transport_error::malformed_answer: return provider_sign::fails;
    case transport_error::answer_too_large:
    case transport_error::stopped: return provider_sign::nothing;
  }
  switch (is) {
    case providers::verdict::delivered:
    case providers::verdict::rejected:
    case providers::verdict::credential_refused: return provider_sign::works;
    // A 503 that says how long to wait is no failure, and no proof of life either.
    case providers::verdict::wait: return status < first_server_error ? provider_sign::works : provider_sign::nothing;
    case providers::verdict::retry:
    case providers::verdict::outcome_unknown: return status < first_server_error ? provider_sign::nothing : provider_sign::fails;
  }
  return provider_sign::nothing;
}

std::string_view to_string(breaker_state state) noexcept {
  constexpr std::array<std::string_view, 3> words{"closed", "half_open", "open"};
  return words[static_cast<std::size_t>(state)];
}

breaker_state breaker::state(time_point now) const noexcept {
  if (closed_) return breaker_state::closed;
  return now < paused_until_ ? breaker_state::open : breaker_state::half_open;
}

breaker::finding breaker::end(provider_sign sign, std::uint64_t change, time_point now, double random) {
  if (probing_) return end_probe(sign, change, now, random);
  if (!closed_ || sign == provider_sign::nothing) return {};
  if (sign == provider_sign::works) {
    failures_ = 0;
    answers_.add(now);
    return {};
  }
  if (!note_failure(change)) return {};
  answers_.add(now);
  bad_answers_.add(now);
  const std::int64_t answers = answers_.count(now);
  const bool mostly_bad = answers >= answers_to_judge && 2 * bad_answers_.count(now) >= answers;
  if (failures_ < failures_to_open && !mostly_bad) return {};
  open(now, random);
  return {effect::opened, false};
}

/// False where that change has failed since the last sign of life already.
bool breaker::note_failure(std::uint64_t change) {
  const auto end = failed_.begin() + std::min(failures_, failures_to_open);
  if (change != 0 && std::find(failed_.begin(), end, change) != end) return false;
  if (failures_ < failures_to_open) failed_[static_cast<std::size_t>(failures_++)] = change;
  return true;
}

void breaker::open(time_point now, double random) {
  closed_ = false;
  worked_since_opening_ = false;
  successes_ = 0;
  failed_probes_.clear();
  next_failed_probe_ = 0;
  pause_ = first_pause;
  pause(now, random);
  answers_.clear();
  bad_answers_.clear();
  ++openings_;
}

void breaker::pause(time_point now, double random) {
  paused_until_ = now + duration{static_cast<std::int64_t>(static_cast<double>(pause_.count()) * (1 - jitter * random))};
}

/// In the place of the one that was remembered first, where there are too many.
void breaker::remember_failed_probe(std::uint64_t change) {
  if (failed_probes_.size() < most_remembered) return failed_probes_.push_back(change);
  failed_probes_[next_failed_probe_++ % most_remembered] = change;
}

/// A change whose probe fails again after others have succeeded is at fault itself: its failure is its own attempt, and does not keep
/// the breaker open for the others.
breaker::finding breaker::end_probe(provider_sign sign, std::uint64_t change, time_point now, double random) {
  probing_ = false;
  if (sign == provider_sign::nothing) return {};
  if (sign == provider_sign::works) {
    failures_ = 0;
    worked_since_opening_ = true;
    if (++successes_ < successes_to_close) return {};
    closed_ = true;
    return {effect::closed, false};
  }
  const bool failed_before = change != 0 && std::ranges::find(failed_probes_, change) != failed_probes_.end();
  note_failure(change);
  if (failures_ == failures_to_open) worked_since_opening_ = false;
  if (failed_before && worked_since_opening_) return {};
  if (!failed_before && change != 0) remember_failed_probe(change);
  successes_ = 0;
  pause_ = std::min(pause_ * 2, longest_pause);
  pause(now, random);
  return {effect::none, true};
}

}  // namespace leadrelay::delivery
