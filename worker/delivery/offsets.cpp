#include "delivery/offsets.hpp"

#include <algorithm>

namespace leadrelay::delivery {

bool offsets::take(std::int64_t offset) {
  if (offset < 0 || offset < next_) return false;
  if (first_ < 0) first_ = offset;
  window_.push_back({offset, false});
  next_ = offset + 1;
  ++outstanding_;
  return true;
}

void offsets::settle(std::int64_t offset) {
  const auto found = std::lower_bound(window_.begin(), window_.end(), offset, [](const taken& t, std::int64_t o) { return t.offset < o; });
  if (found == window_.end() || found->offset != offset || found->settled) return;
  found->settled = true;
  --outstanding_;
  while (!window_.empty() && window_.front().settled) window_.pop_front();
}

std::optional<std::int64_t> offsets::committable() const noexcept {
  if (next_ < 0) return std::nullopt;
  return window_.empty() ? next_ : window_.front().offset;
}

void offsets::acknowledged(std::int64_t next) noexcept { acknowledged_ = std::max(acknowledged_, next); }

bool offsets::ahead_of_broker() const noexcept {
  const auto next = committable();
  return next && *next > std::max(acknowledged_, first_);
}

}  // namespace leadrelay::delivery
