#include "delivery/turns.hpp"

#include <algorithm>
#include <utility>

namespace leadrelay::delivery {
namespace {

constexpr duration longest_stretch = std::chrono::seconds{2};
constexpr duration longest_ahead = std::chrono::seconds{10};

/// Longer than any process lives, and short enough to be added to a time_point.
constexpr duration longest_round = std::chrono::hours{24 * 365 * 50};

constexpr int most_strides = 16;

/// The calendar's clock tells whole milliseconds.
constexpr duration calendar_grain = std::chrono::milliseconds{2};

/// The largest quotient of the continued fraction of `of` by `total`, which is larger; 0 where they have a divisor in common.
std::int64_t largest_quotient(std::int64_t total, std::int64_t of) {
  std::int64_t out = 0;
  while (of != 0) {
    out = std::max(out, total / of);
    total = std::exchange(of, total % of);
  }
  return total == 1 ? out : 0;
}

/// Its multiples modulo `total` are all the numbers below that, each far from those before: the smaller the quotients, the farther (Knuth,
/// The Art of Computer Programming, volume 3, section 6.4). Near the golden section of `total` there are good ones.
std::int64_t stride_of(std::int64_t total) {
  const std::int64_t golden = total * 618 / 1000;
  std::int64_t best = 1;
  std::int64_t best_quotient = total + 1;
  int seen = 0;
  for (std::int64_t at = 0; at < 2 * total && seen < most_strides; ++at) {
    const std::int64_t tried = golden + (at % 2 == 0 ? -at / 2 : (at + 1) / 2);
    if (tried <= 0 || tried >= total) continue;
    const std::int64_t quotient = largest_quotient(total, tried);
    if (quotient == 0) continue;
    ++seen;
    if (quotient >= best_quotient) continue;
    best = tried;
    best_quotient = quotient;
  }
  return best;
}

}  // namespace

void slots::fit(const providers::limit& of) noexcept {
  const duration stretch = std::min(of.per / 20, longest_stretch);
  length = std::max(length, (of.per + stretch) / of.requests + duration{1});
  punctual = std::min(punctual, stretch / 2);
}

turns::turns(const slots& of, const limit_share& share, time_point now, wall_time wall_now, time_point from)
    : slots_(of),
      total_(share.total),
      length_(std::min(of.length, longest_round / share.total)),
      to_calendar_(duration{wall_now.time_since_epoch()} - now.time_since_epoch()),
      from_(from) {
  const std::int64_t stride = stride_of(total_);
  for (const int each : share.owned) places_.push_back(static_cast<int>(each * stride % total_));
  std::ranges::sort(places_);
  used_ = slot_at(from + slots_.punctual);
}

void turns::read_calendar(time_point now, wall_time wall_now) noexcept {
  const duration to_calendar = duration{wall_now.time_since_epoch()} - now.time_since_epoch();
  if (std::chrono::abs(to_calendar - to_calendar_) <= calendar_grain) return;
  to_calendar_ = to_calendar;
  used_ = slot_at(std::max(now, from_) + slots_.punctual);
  taken_ = false;
}

bool turns::open(time_point now) const {
  const auto at = opens_at(now);
  return at && *at <= now;
}

std::optional<time_point> turns::opens_at(time_point now) const {
  if (taken_ || places_.empty()) return std::nullopt;
  const time_point ready = now + ahead_;
  const std::int64_t current = slot_at(ready);
  const bool may_be_taken = ready - begin_of(current) <= slots_.punctual;
  const std::int64_t next = next_own(std::max(may_be_taken ? current : current + 1, used_ + 1));
  return std::max(begin_of(next) - ahead_, now);
}

void turns::take(time_point now) noexcept {
  used_ = slot_at(now + ahead_);
  taken_ = true;
  ready_ = false;
  taken_at_ = now;
}

/// One that has taken long says little of those that follow.
void turns::tell_ready(time_point now) noexcept {
  if (!taken_ || std::exchange(ready_, true)) return;
  ahead_ -= std::max(ahead_ - (now - taken_at_), duration::zero()) / 4;
}

void turns::lose(time_point now) noexcept {
  if (taken_) ahead_ = std::max(ahead_, std::min(now - taken_at_, longest_ahead));
}

/// The first slot of this worker's that is not before `from`.
std::int64_t turns::next_own(std::int64_t from) const {
  const auto place = static_cast<int>(from % total_);
  const auto found = std::ranges::lower_bound(places_, place);
  return from - place + (found == places_.end() ? places_.front() + total_ : *found);
}

}  // namespace leadrelay::delivery
