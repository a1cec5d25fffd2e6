#pragma once

#include <cstdint>
#include <random>

#include "base/time.hpp"

namespace leadrelay::delivery {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Where simulated time begins.
inline constexpr time_point start{hours{3}};

/// Random numbers of a test, the same in every run of one seed.
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  /// Both ends included.
  std::int64_t between(std::int64_t least, std::int64_t most) { return std::uniform_int_distribution<std::int64_t>{least, most}(engine_); }
  duration between(duration least, duration most) { return duration{between(least.count(), most.count())}; }
  bool once_in(int times) { return between(1, times) == 1; }
  /// In [0, 1).
  double fraction() { return std::uniform_real_distribution<double>{}(engine_); }
  std::mt19937_64& engine() noexcept { return engine_; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace leadrelay::delivery
