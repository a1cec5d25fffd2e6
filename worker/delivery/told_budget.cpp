#include "delivery/told_budget.hpp"

namespace leadrelay::delivery {

void told_budget::tell(std::span<const providers::told_limit> told, std::uint64_t asked_in, int others, time_point now) {
  if (told.empty()) return;
  const bool is_newer = asked_in == word_;
  if (is_newer) limits_.clear();
  bool counts = is_newer;
  for (std::size_t index = 0; index < told.size(); ++index)
    counts |= lower(index, {told[index].remaining, now + told[index].resets_in}, now);
  // Where it does not count, its request is among those that the word counts.
  if (!counts) return take_off_one();
  used_ = others;
  ++word_;
}

/// Whether the limit, told by an answer of the same time as the one that stands, is the stricter one.
bool told_budget::lower(std::size_t index, const limit& to, time_point now) {
  if (index >= limits_.size()) {
    limits_.push_back(to);
    return true;
  }
  limit& standing = limits_[index];
  const bool is_over = to.until <= now;  // what it says is of a window before
  if (now < standing.until && (to.left >= standing.left || is_over)) {
    if (to.left == standing.left) standing.until = std::max(standing.until, to.until);
    return false;
  }
  standing = to;
  return true;
}

time_point told_budget::opens_at() const noexcept {
  time_point out{};
  for (const limit& each : limits_)
    if (!has_room(each)) out = std::max(out, each.until);
  return out;
}

}  // namespace leadrelay::delivery
