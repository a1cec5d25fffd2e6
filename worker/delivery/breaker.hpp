#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "delivery/recent_counts.hpp"
#include "delivery/transport_error.hpp"
#include "providers/judge.hpp"

namespace leadrelay::delivery {

/// What the end of a request tells of its provider.
enum class provider_sign {
  works,    ///< an answer that only a working provider gives: delivered, rejected, credential refused, 429
  nothing,  ///< the request did not leave, was cut off here, or its answer tells neither
  fails,    ///< no connection, no whole answer in time, or a server's error (5xx)
};

/// `status` is the answer's, 0 where none came.
provider_sign sign_of(providers::verdict is, transport_error error, unsigned status) noexcept;

enum class breaker_state {
  closed,     ///< requests leave
  half_open,  ///< one at a time tries whether the provider works again
  open,       ///< none leaves before the pause is over
};

std::string_view to_string(breaker_state) noexcept;

/// A circuit breaker (Nygard, "Release It!", 2nd edition, chapter 5): where a provider fails, its changes wait instead of failing.
///
/// It opens on five failures of different changes without a sign of life between them, or when half of the answers of the last 30 s
/// were failures, of 20 at least. Repeated failures of one change count once until the provider works for another: a change that makes
/// the provider fail says nothing of the provider. Failures that speak of no change (to connect) always count.
///
/// It is asked before each request (`state`), told that one is let through while it is not closed (`probe`), of which there is one at a
/// time, and told each end. Answers to requests that were on their way when it opened change nothing.
class breaker {
 public:
  static constexpr int failures_to_open = 5;
  static constexpr std::int64_t answers_to_judge = 20;
  static constexpr int successes_to_close = 3;
  static constexpr duration first_pause = std::chrono::seconds{1};
  static constexpr duration longest_pause = std::chrono::seconds{30};

  breaker_state state(time_point now) const noexcept;
  bool is_closed() const noexcept { return closed_; }
  /// The end of the pause, where it is not closed.
  time_point paused_until() const noexcept { return paused_until_; }

  /// The pause ends now, as the provider is not the one that failed any more.
  void end_pause(time_point now) noexcept { paused_until_ = std::min(paused_until_, now); }

  /// One request is let through in spite of an open breaker; its end is the next that is told.
  void probe() noexcept { probing_ = true; }
  /// That request has ended without a word of it.
  void forget_probe() noexcept { probing_ = false; }

  /// What follows from an end.
  enum class effect { none, opened, closed };
  struct finding {
    effect is = effect::none;
    bool forgiven = false;  ///< a probe's failure that is the outage's: no attempt of its change
  };
  /// `change` tells changes apart, 0 where the failure speaks of none. `random`, in [0, 1), shortens the pause by up to a fifth, so that
  /// many workers do not probe at once.
  finding end(provider_sign sign, std::uint64_t change, time_point now, double random);

  std::uint64_t openings() const noexcept { return openings_; }

 private:
  bool note_failure(std::uint64_t change);
  void open(time_point now, double random);
  void pause(time_point now, double random);
  void remember_failed_probe(std::uint64_t change);
  finding end_probe(provider_sign sign, std::uint64_t change, time_point now, double random);

  bool closed_ = true;
  bool probing_ = false;
  bool worked_since_opening_ = false;  ///< and no five changes have failed since: what fails now may be its change's fault
  int successes_ = 0;                  ///< of probes, in a row
  int failures_ = 0;                   ///< of different changes since a sign of life
  std::array<std::uint64_t, failures_to_open> failed_{};  ///< those changes
  std::vector<std::uint64_t> failed_probes_;              ///< changes whose probes have failed since it opened, the latest
  std::size_t next_failed_probe_ = 0;
  duration pause_{};
  time_point paused_until_{};
  recent_counts answers_;
  recent_counts bad_answers_;
  std::uint64_t openings_ = 0;
};

}  // namespace leadrelay::delivery
