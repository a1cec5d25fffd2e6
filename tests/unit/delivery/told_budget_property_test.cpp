#include <algorithm>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "delivery/told_budget.hpp"
#include "unit/delivery/moments.hpp"

namespace leadrelay::delivery {
namespace {

/// A provider that counts requests at some time on their way and tells what is left of its window; answers come in any order.
class random_use {
 public:
  explicit random_use(std::uint64_t seed) : random_(seed) {}

  void step() {
    now_ += random_.between(milliseconds{0}, milliseconds{20});
    if (now_ >= reset_) begin_window();
    if (random_.once_in(2)) leave();
    if (!on_the_way_.empty() && random_.once_in(2)) arrive(any());
    if (!on_the_way_.empty() && random_.once_in(3)) end(any());
    if (!on_the_way_.empty()) return;
    int room = 0;
    for (told_budget copy = tried_; word_in_window_ && copy.open(now_); copy.reserve()) ++room;
    if (word_in_window_) {
      ASSERT_EQ(room, left_) << "all that are left may leave";
    }
  }

 private:
  struct request {
    std::uint64_t asked_in = 0;
    std::optional<providers::told_limit> answer{};
  };

  /// None is on its way from one window to the next, as its answer could be of either.
  void begin_window() {
    while (!on_the_way_.empty()) end(on_the_way_.size() - 1);
    left_ = random_.between(1, 40);
    reset_ = now_ + seconds{10};
    word_in_window_ = false;
  }

  std::size_t any() { return static_cast<std::size_t>(random_.between(0, static_cast<int>(on_the_way_.size()) - 1)); }

  void leave() {
    const bool knows = word_in_window_ || on_the_way_.empty();
    if (!knows || !tried_.open(now_)) return;
    tried_.reserve();
    if (random_.once_in(8)) return tried_.give_back();
    on_the_way_.push_back({tried_.word(), {}});
  }

  void arrive(std::size_t index) {
    request& one = on_the_way_[index];
    if (one.answer) return;
    ASSERT_GT(left_, 0) << "one left that the provider refuses";
    one.answer = providers::told_limit{--left_, reset_ - now_};
  }

  void end(std::size_t index) {
    arrive(index);
    const request one = on_the_way_[index];
    on_the_way_.erase(on_the_way_.begin() + static_cast<std::ptrdiff_t>(index));
    const providers::told_limit told[] = {{one.answer->remaining, std::max(reset_ - now_, duration{0})}};
    tried_.tell(told, one.asked_in, static_cast<int>(on_the_way_.size()), now_);
    word_in_window_ = true;
  }

  dice random_;
  told_budget tried_;
  time_point now_ = start;
  time_point reset_ = start;
  std::int64_t left_ = 0;
  bool word_in_window_ = false;
  std::vector<request> on_the_way_;
};

TEST(told_budget_property_test, as_many_leave_as_are_left_however_answers_overtake_one_another) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    random_use run(seed);
    for (int step = 0; step < 2000 && !testing::Test::HasFatalFailure(); ++step) run.step();
    ASSERT_FALSE(testing::Test::HasFatalFailure());
  }
}

}  // namespace
}  // namespace leadrelay::delivery
