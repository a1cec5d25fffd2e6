#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

#include "delivery/gate.hpp"
#include "unit/delivery/moments.hpp"
#include "unit/delivery/printing.hpp"

namespace leadrelay::delivery {
namespace {

/// Drives a gate at random as the relay does and watches what must never happen.
class random_use {
 public:
  random_use(std::uint64_t seed, int concurrency)
      : random_(seed),
        concurrency_(concurrency),
        through_(concurrency, {{5, milliseconds{300}}}, concurrency) {}

  void step() {
    const auto told = through_.ask_again_at(now_);
    // With nothing else happening it opens then and not before, or only another reason shows.
    if (told && *told > now_) {
      ASSERT_NE(through_.state(now_), gate_state::flowing);
      ASSERT_NE(through_.state(*told - nanoseconds{1}), gate_state::flowing);
    }
    if (!told) {
      ASSERT_GT(in_flight_, 0) << "nobody would ever ask again";
    }
    now_ += random_.once_in(3) && told ? *told - now_ : random_.between(nanoseconds{0}, milliseconds{200});
    if (in_flight_ > 0 && random_.once_in(2)) return end_one();
    const gate_state before = through_.state(now_);
    const bool admitted = through_.admit(now_).has_value();
    ASSERT_EQ(admitted, before == gate_state::flowing);
    if (!admitted) return;
    ++in_flight_;
    if (refused_) {
      ASSERT_EQ(in_flight_, 1) << "more than one probe";
    }
    ASSERT_GE(now_, held_until_);
    ASSERT_LE(in_flight_, concurrency_);
    ASSERT_EQ(through_.in_flight(), in_flight_);
    through_.send(now_);
  }

 private:
  void end_one() {
    const auto answer = random_.between(1, 6);
    if (answer == 1) {
      through_.refuse_credential(now_);
      refused_ = true;
    } else if (answer <= 3) {
      through_.accept_credential();
      refused_ = false;
    } else if (answer == 4) {
      const time_point until = now_ + random_.between(seconds{0}, seconds{3});
      through_.hold_until(until);
      held_until_ = std::max(held_until_, until);
    }
    through_.leave();
    --in_flight_;
  }

  dice random_;
  int concurrency_;
  gate through_;
  time_point now_ = start;
  time_point held_until_ = start;
  bool refused_ = false;
  int in_flight_ = 0;
};

TEST(gate_property_test, random_use_never_exceeds_never_probes_twice_never_gets_stuck) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    random_use run(seed, 1 + static_cast<int>(seed % 6));
    for (int step = 0; step < 500 && !testing::Test::HasFatalFailure(); ++step) run.step();
    ASSERT_FALSE(testing::Test::HasFatalFailure());
  }
}

}  // namespace
}  // namespace leadrelay::delivery
