#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace leadrelay::delivery {

/// Finds how many requests of an account may be in flight: as many as are good for it, from 1 to what the account allows.
///
/// It grows by one for each good answer (slow start; where a round trip is shorter than 100 ms, e-fold in that time) until the first
/// trouble, later by one a round trip; in each case only while as many are in flight as it allows. Each answer that pushes back (429, 503,
/// no answer in time, no connection) takes half of one away, so that it halves each round trip where all push back, and bears a share p of
/// them at 2/p in flight (DCTCP, RFC 8257: in proportion). Where latency rises it shrinks by a tenth, and at least by one, once a round
/// trip: what left before the last step down is not asked again; where the latency says how far beyond its capacity the provider is, one
/// step goes that far, at most to half. Nothing follows several slow answers in a row until it is clear whether latency has risen.
///
/// Latency is compared by round trip, not by answer: the mean of a window of answers with the level of quiet windows, and it has risen
/// where it is above that by half and 3 standard errors (exponentially weighted deviation, α = 0.4), and the answers to requests that left
/// since are too. Answers that come late together, as where a machine stood still, are one observation: the standard error is at least that
/// of the means of quiet windows, and of those that the next one did not confirm. The level falls with quicker windows and does not learn
/// slower ones, so that a latency which climbs slowly is noticed; where a single request in flight is slow, concurrency is not the cause,
/// and the level is taken anew. Loops and networks add milliseconds by themselves: answers within 2 ms are all the same, and those within
/// 5 ms take nothing from the first 32.
///
/// The last number that was seen to be good is reached quickly, and those up to one below the trouble by one a round trip. One more than
/// that is tried after a while (64 slow round trips, from 10 s to a minute, doubling up to that where it leads to trouble), for 16 round
/// trips: it stays where throughput is not less by 5%, and is left at the first slow block. One less is tried as well, and stays where
/// throughput is more by 5%. Trouble that is passed by a quarter is forgotten.
///
/// After Vector's Adaptive Request Concurrency, Netflix's concurrency-limits (gradient) and CUBIC's plateau (RFC 9438 section 4);
/// docs/decisions/adaptive_concurrency.md says what differs and why.
class adaptive_concurrency {
 public:
  static constexpr int first_limit = 1;

  /// `most` from 1 on; begins at `first`, cut down to `most`.
  explicit adaptive_concurrency(int most, int first = first_limit);

  int limit() const noexcept { return std::max(1, limit_ - held_back_); }
  int most() const noexcept { return most_; }

  /// Another bound from now on; more than it may be in flight still.
  void set_most(int most);

  /// A request was let through; `in_flight` counts it.
  void use(int in_flight) noexcept { used_ = used_ || in_flight >= limit_; }
  /// A good answer to a request that was let through at `admitted`, as one of `in_flight`, and left at `left`. Its latency is asked only
  /// where answers of its kind are comparable.
  void good(time_point admitted, int in_flight, time_point left, time_point now, bool comparable);
  /// The provider pushes back on a request that was let through at `admitted`.
  void pressed(time_point admitted);
  /// After a break: begins low again; the latency known stays.
  void start_again(time_point now);

 private:
  /// Answers' latency in nanoseconds.
  struct sample {
    int answers = 0;
    double sum = 0;
    double squares = 0;

    void add(double value) noexcept {
      ++answers;
      sum += value;
      squares += value * value;
    }
    double mean() const noexcept { return sum / answers; }
    double variance() const noexcept;
  };

  /// In nanoseconds: so quick that what is in flight is not taken below `quick_limit`.
  static constexpr double quick_latency = 5e6;
  static constexpr int quick_limit = 32;
  bool is_quick(const sample& of) const noexcept { return limit_ <= quick_limit && of.mean() <= quick_latency; }
  static int fewest_for(double mean) noexcept { return mean <= quick_latency ? quick_limit : 1; }

  void grow_fast();
  void measure(double latency, int in_flight, time_point left, time_point now);
  void look_at_throughput(double latency, time_point now);
  void judge_one_less(double throughput, time_point now);
  void try_instead(int limit, time_point now);
  void give_up(time_point now);
  void set_ceiling(int ceiling, time_point now);
  void go_to(int limit, time_point now);
  bool is_below_trouble() const noexcept;
  bool tries_more() const noexcept;
  void look_whether_slow(double latency);
  void not_all_slow();
  void suspect(double mean, time_point now);
  void learn_first_level();
  void end_window(time_point now);
  void quiet_window();
  void learn();
  void learn_unrest(double difference) noexcept;
  void learn_while_first();
  void take_quiet_level();
  void take_level();
  void measured_alone();
  double noise_of(int answers) const noexcept;
  bool has_risen(const sample& of, double by) const noexcept;
  void shrink(double mean, time_point now);
  void step_down(int to, double mean, time_point now);
  void forget_trouble() noexcept;
  void begin_block() noexcept;
  void begin_window() noexcept;

  int most_;
  int first_;
  int limit_;
  bool used_ = false;         ///< in flight has reached the limit since it last grew
  bool doubling_ = true;      ///< slow start
  double growth_ = 0;         ///< of one, in slow start
  int fast_until_;            ///< where slow start ends
  bool half_less_ = false;    ///< the provider has pushed back, which took half of one
  bool shrunk_ = false;       ///< and no quiet window has been seen since
  time_point counts_from_{};  ///< what was let through before tells nothing of the limit now

  sample window_;
  sample block_;                     ///< the window's latest answers, for what rises at once
  int slow_run_ = 0;                 ///< its latest answers that were clearly slow, in a row
  int held_back_ = 0;                ///< its answers since several in a row were: nothing follows them until the block tells
  int began_at_ = 0;                 ///< the limit when it began
  int window_size_ = 0;              ///< answers that make it whole
  std::optional<double> suspected_;  ///< the mean before it, which had risen
  time_point confirms_from_{};       ///< then: what left before tells nothing more of it
  bool grew_ = false;                ///< slow start went on in it
  bool added_ = false;               ///< it began with a limit one higher

  sample here_;                   ///< all answers since the limit is what it is
  int here_at_ = 0;               ///< that limit
  int tried_from_ = 0;            ///< one more or one less is tried instead of it; 0: none is
  double throughput_before_ = 0;  ///< then, for each nanosecond
  time_point lower_from_{};       ///< one less is not tried before

  int quiet_at_ = 1;  ///< the limit at which the latest quiet window began

  std::optional<double> level_;      ///< quiet latency, in nanoseconds
  bool level_is_first_ = false;      ///< not seen but in slow start
  int level_answers_ = 0;            ///< that it stands on
  double variance_ = 0;              ///< of single answers, exponentially weighted
  double unrest_ = 0;                ///< of windows' means, exponentially weighted
  std::optional<double> last_mean_;  ///< of a quiet window

  int slow_from_;               ///< the fewest in flight where a request left that was slow, since the latest quiet window
  int ceiling_ = 0;             ///< led to trouble; 0: none known
  time_point ceiling_until_{};  ///< not reached before
  duration patience_{};         ///< with the ceiling
};

}  // namespace leadrelay::delivery
