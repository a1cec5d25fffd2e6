#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "base/time.hpp"

namespace leadrelay::simulation {

/// All that is random in one run. The same seed throws the same numbers everywhere, as no distribution of the library is used.
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t number() { return engine_(); }
  /// From 0 to `bound` - 1.
  int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }
  /// From `least` to `most`.
  int between(int least, int most) { return least + below(most - least + 1); }
  duration between(duration least, duration most) {
    return least + duration{static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>((most - least).count() + 1))};
  }
  /// Whether something that happens so many times in a thousand happens now.
  bool per_mille(int times) { return below(1000) < times; }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(below(static_cast<int>(all.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace leadrelay::simulation
