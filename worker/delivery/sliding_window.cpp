#include "delivery/sliding_window.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <utility>

namespace leadrelay::delivery {

bool sliding_window::open(time_point now) const {
  const auto at = opens_at();
  return at && *at <= now;
}

std::optional<time_point> sliding_window::opens_at() const {
  if (reserved_ >= requests_) return std::nullopt;
  const std::size_t room = requests_ - reserved_;
  // When the first `gone` of those that left are out of the window and few enough are counted as sent: the fewer must be gone of the
  // ones, the more must be gone of the others. The least of them is where they cross.
  const auto left_window = [&](std::size_t gone) { return gone == 0 ? time_point::min() : sent_[gone - 1] + per_; };
  const auto few_counted = [&](std::size_t gone) { return counted_at_most(room - 1 - (sent_.size() - gone)); };
  const std::size_t least = sent_.size() < room ? 0 : sent_.size() - room + 1;
  const auto choices = std::views::iota(least, sent_.size() + 1);
  const auto crossing = std::ranges::partition_point(choices, [&](std::size_t gone) { return left_window(gone) < few_counted(gone); });
  time_point earliest = time_point::max();
  if (crossing != choices.end()) earliest = std::max(left_window(*crossing), few_counted(*crossing));
  if (crossing != choices.begin()) earliest = std::min(earliest, few_counted(*(crossing - 1)));
  return earliest;
}

void sliding_window::send(time_point now) {
  --reserved_;
  while (!sent_.empty() && sent_.front() + per_ <= now) sent_.pop_front();
  sent_.push_back(now);
}

void sliding_window::count_as_sent(std::int64_t requests, time_point until, time_point now) {
  counted_ = counted(now) + static_cast<std::size_t>(requests);
  counted_until_ = std::max(until, counted_until_);
}

/// Each so-manieth is forgotten, the later of them only where that many may have left so late. What is reserved will leave, and comes after
/// all others.
void sliding_window::forget(std::int64_t requests, time_point until, time_point now) {
  if (requests == 0) return;
  const auto part = static_cast<std::size_t>(requests);
  const std::size_t all = std::max(requests_, sent_.size() + reserved_ + counted(now));
  const double interval = static_cast<double>(per_.count()) / static_cast<double>(requests);
  std::deque<time_point> kept;
  std::size_t seen = reserved_;
  std::size_t forgotten = 0;
  for (const time_point each : std::views::reverse(sent_)) {
    ++seen;
    const duration earlier{static_cast<std::int64_t>(interval * static_cast<double>(forgotten))};
    if (forgotten < seen * part / all && each + earlier <= until)
      ++forgotten;
    else
      kept.push_front(each);
  }
  sent_ = std::move(kept);
}

sliding_window sliding_window::shortened(std::int64_t requests, duration per) const {
  sliding_window out = *this;
  out.resize(requests);
  const double part = static_cast<double>(per.count()) / static_cast<double>(per_.count());
  out.counted_ = static_cast<std::size_t>(std::ceil(static_cast<double>(counted_) * part));
  out.per_ = per;
  return out;
}

std::size_t sliding_window::counted(time_point now) const {
  const double part = static_cast<double>((counted_until_ + per_ - now).count()) / static_cast<double>(per_.count());
  return static_cast<std::size_t>(std::ceil(static_cast<double>(counted_) * std::clamp(part, 0.0, 1.0)));
}

/// When no more than `left` of those that are counted as sent are still in the window.
time_point sliding_window::counted_at_most(std::size_t left) const {
  if (counted_ <= left) return time_point::min();
  const double part = static_cast<double>(left) / static_cast<double>(counted_);
  return counted_until_ + per_ - duration{static_cast<std::int64_t>(static_cast<double>(per_.count()) * part)};
}

}  // namespace leadrelay::delivery
