#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sandbox/counters.hpp"
#include "sandbox/desk.hpp"
#include "sandbox/message.hpp"
#include "sandbox/options.hpp"
#include "sandbox/request_log.hpp"

namespace leadrelay::sandbox {

/// The five providers as plain code: a request and the time in, what to do about it out. No sockets, no clock, no device of chance.
/// One thread.
///
/// Where the pages are silent: an update replaces the top-level fields it names, null is stored as null, fields it does not name
/// stay (but for Leadping's PUT); questionnaire entries and notes are added. A change counts as applied when its request is handled,
/// before any latency.
class sandbox_state {
 public:
  /// Throws `std::invalid_argument` where a seeded lead of `from` is no JSON object.
  explicit sandbox_state(options from);
  sandbox_state(const sandbox_state&) = delete;
  sandbox_state& operator=(const sandbox_state&) = delete;

  /// Plans the answer to one request of a provider's path or of `/_sandbox/`. `now.steady` never goes back from call to call.
  planned_answer handle(const request& what, moment now);

  /// To be called for each answer whose `token` is not 0, when its last byte is about to leave or its client has gone.
  void finish(std::uint64_t token);

  /// Forgets leads, counters, arrivals and requests, and starts chance from the seed; keeps options, faults and seeded leads.
  void reset();

  /// See `sandbox::set_faults`; chance starts anew from the seed.
  outcome<void> set_faults(std::string_view json);
  void set_faults(provider of, fault_settings faults) { options_[of].faults = std::move(faults); }

  /// Makes a lead known to every account key, in place of what it was.
  outcome<void> seed_lead(provider of, std::string_view id, std::string_view json, wall_time now);

  const sandbox::options& settings() const noexcept { return options_; }
  const counters& counted(provider of) const noexcept { return desk_of(of).counted(); }
  const provider_load& load(provider of) const noexcept { return desk_of(of).load(); }
  /// How often a mistake was made: `leadping_intake`, `content_type` (an update not sent as application/json),
  /// `octanist_loss_reason_ignored` (sent for a lead that is not lost).
  std::uint64_t mistakes(std::string_view what) const;
  std::uint64_t unrouted() const noexcept { return unrouted_; }

  /// The most requests of an account key in any window of this length, among the newest `kept_arrivals`. 0 for a key never seen.
  std::size_t most_within(provider of, std::string_view key, duration window) const;

  /// All counters, and the most requests in any window of the lengths given for each account key.
  std::string report_json(std::span<const duration> windows) const;

  /// Lead id → lead, of one account key (itself or its label) or of all and the seeded ones; of a lead that several have, one.
  std::string leads_json(provider of, std::optional<std::string_view> key = std::nullopt) const;

  /// The lead as the provider would show it, or nothing where no account has it.
  std::optional<std::string> lead_json(provider of, std::string_view id, std::optional<std::string_view> key = std::nullopt) const;

  std::string requests_json(std::size_t count) const { return requests_.json(count); }

  /// Whether a token's client still waits, for the server to say: without it a client that gave up and came back would overlap itself.
  void ask_still_waiting(std::function<bool(std::uint64_t)> question);

 private:
  desk& desk_of(provider of) noexcept { return *desks_[static_cast<std::size_t>(of)]; }
  const desk& desk_of(provider of) const noexcept { return *desks_[static_cast<std::size_t>(of)]; }
  std::string_view text_of(wall_time now);
  std::uint64_t seed_of(provider of) const noexcept { return options_.seed + static_cast<std::uint64_t>(of); }

  sandbox::options options_;
  std::array<std::unique_ptr<desk>, provider_count> desks_;
  request_log requests_;
  std::uint64_t unrouted_ = 0;
  wall_time text_time_{};
  std::string text_;
};

/// Answers `/_sandbox/…`, as `control.cpp` lists.
planned_answer answer_control(sandbox_state& state, const request& what, moment now);

}  // namespace leadrelay::sandbox
