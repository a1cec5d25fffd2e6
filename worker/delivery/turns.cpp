#include "delivery/turns.hpp"

#include <algorithm>

namespace leadrelay::delivery {
namespace {

constexpr duration longest_stretch = std::chrono::seconds{2};
constexpr duration longest_ahead = std::chrono::seconds{10};

/// Longer than any process lives, and short enough to be added to a time_point.
constexpr duration longest_round = std::chrono::hours{24 * 365 * 50};

}  // namespace

turns::turns(const providers::limit& of, const limit_share& share, time_point now, wall_time wall_now, time_point from)
    : owned_(share.owned),
      total_(share.total),
      to_calendar_(duration{wall_now.time_since_epoch()} - now.time_since_epoch()) {
  const duration stretch = std::min(of.per / 20, longest_stretch);
  slot_ = std::min((of.per + stretch) / of.requests + duration{1}, longest_round / share.total);
  punctual_ = stretch / 2;
  used_ = slot_at(from + punctual_);
}

bool turns::open(time_point now) const {
  const auto at = opens_at(now);
  return at && *at <= now;
}

std::optional<time_point> turns::opens_at(time_point now) const {
  if (taken_ || owned_.empty()) return std::nullopt;
  const time_point ready = now + ahead_;
  const std::int64_t current = slot_at(ready);
  const bool may_be_taken = ready - begin_of(current) <= punctual_;
  const std::int64_t next = next_own(std::max(may_be_taken ? current : current + 1, used_ + 1));
  return std::max(begin_of(next) - ahead_, now);
}

void turns::take(time_point now) noexcept {
  used_ = slot_at(now + ahead_);
  taken_ = true;
  taken_at_ = now;
}

void turns::lose(time_point now) noexcept {
  if (taken_) ahead_ = std::max(ahead_, std::min(now - taken_at_, longest_ahead));
}

/// The first slot of this worker's that is not before `from`.
std::int64_t turns::next_own(std::int64_t from) const {
  const auto place = static_cast<int>(from % total_);
  const auto found = std::lower_bound(owned_.begin(), owned_.end(), place);
  return from - place + (found == owned_.end() ? owned_.front() + total_ : *found);
}

}  // namespace leadrelay::delivery
