#include "delivery/budget.hpp"

namespace leadrelay::delivery {

void budget::take(std::uint64_t bytes) noexcept {
  held_ += bytes;
  if (held_ >= most_) full_ = true;
}

void budget::give(std::uint64_t bytes) noexcept {
  held_ -= bytes;
  if (has_room_without(0)) full_ = false;
}

}  // namespace leadrelay::delivery
