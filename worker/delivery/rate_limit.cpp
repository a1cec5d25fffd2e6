#include "delivery/rate_limit.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace leadrelay::delivery {
namespace {

/// Beside the first one's, or a tenth of the limit's where that is more. Each former owner of so small a share costs time in which nothing
/// leaves; that as many of them send in one moment is next to impossible.
constexpr std::int64_t most_coinciding = 4;

}  // namespace

shared_limit::shared_limit(const providers::limit& of)
    : whole_(of),
      per_(of.per + std::min(arrival_margin, of.per / 20)),
      window_(of.requests, per_),
      pace_(of.requests, per_),
      leaving_(pace_) {}

bool shared_limit::open(time_point now) const { return goes_by_turns() || (window_.open(now) && pace_.opens_at() <= now); }

std::optional<time_point> shared_limit::opens_at(time_point now) const {
  if (goes_by_turns()) return now;
  const auto at = window_.opens_at();
  return at ? std::optional{std::max({*at, pace_.opens_at(), now})} : std::nullopt;
}

void shared_limit::reserve(time_point now) {
  window_.reserve();
  if (std::exchange(held_back_, false)) pace_.forfeit(now);
  pace_.send(now);
}

void shared_limit::cancel() {
  window_.cancel();
  pace_.take_back();
}

void shared_limit::send(time_point now) {
  window_.send(now);
  leaving_.send(now);
}

void shared_limit::hold_back(time_point now) { held_back_ = held_back_ || !window_.open(now); }

void shared_limit::ease(time_point now) {
  held_back_ = true;
  pace_.ease(now);
}

void shared_limit::set_share(const limit_share& share, time_point now) {
  const bool had_turns = goes_by_turns();
  const limit_share before = std::exchange(share_, share);
  if (!had_turns) window_.forget(limit_share{left_out(before, share), before.total}.of(whole_.requests), now + pace_.burst(), now);
  window_.resize(share.of(whole_.requests));
  resize_paces();
  if (!goes_by_turns()) count_gained(before, now);
}

void shared_limit::resize_paces() {
  pace_.resize(window_.requests(), per_);
  leaving_.resize(window_.requests(), per_);
}

shared_limit shared_limit::successor(const providers::limit& of, time_point now) const {
  if (of == whole_) return *this;
  shared_limit out(of);
  out.share_ = share_;
  out.window_ = window_.shortened(share_.of(of.requests), out.per_);
  out.resize_paces();
  out.pace_.forfeit(now);
  out.leaving_.forfeit(now);
  if (out.goes_by_turns()) out.turns_from_ = now + out.per_;
  return out;
}

std::vector<int> shared_limit::left_out(const limit_share& of, const limit_share& by) {
  if (of.total != by.total) return of.owned;
  std::vector<int> out;
  std::ranges::set_difference(of.owned, by.owned, std::back_inserter(out));
  return out;
}

/// Of a share with an interval no longer than a burst, no more have left up to any moment than evenly up to a burst later, and together as
/// many as that of all of them. A smaller share has sent a whole request where evenly it would be a part of one: with each partition an
/// owner of its own, what lacks of those requests is that much later, but for one, as who counts rounds up.
void shared_limit::count_gained(const limit_share& before, time_point now) {
  const limit_share gained{left_out(share_, before), share_.total};
  const std::int64_t requests = gained.of(whole_.requests);
  if (requests == 0) return;
  const double bursts_per_window = static_cast<double>(per_.count()) / static_cast<double>(pace_.burst().count());
  double coinciding = -1;
  for (const int each : gained.owned)
    coinciding += std::max(1 - static_cast<double>(gained.of_partition(whole_.requests, each)) / bursts_per_window, 0.0);
  const auto most = static_cast<double>(std::max<std::int64_t>(most_coinciding, whole_.requests / 10));
  const duration later{
      static_cast<std::int64_t>(static_cast<double>(per_.count()) / static_cast<double>(requests) * std::clamp(coinciding, 0.0, most))};
  window_.count_as_sent(requests, now + std::min(pace_.burst() + later, per_), now);
}

rate_limit::rate_limit(const std::vector<providers::limit>& limits) : limits_(limits.begin(), limits.end()) {}

bool rate_limit::open(time_point now) const {
  if (turns_ && !turns_->open(now)) return false;
  return std::ranges::all_of(limits_, [&](const shared_limit& each) { return each.open(now); });
}

std::optional<time_point> rate_limit::opens_at(time_point now) const {
  std::optional<time_point> latest = now;
  for (const shared_limit& each : limits_) {
    const auto at = each.opens_at(now);
    if (!at) return std::nullopt;
    latest = std::max(*latest, *at);
  }
  return turns_ ? turns_->opens_at(*latest) : latest;
}

void rate_limit::reserve(time_point now) {
  for (shared_limit& each : limits_) each.reserve(now);
  if (turns_) turns_->take(now);
}

void rate_limit::cancel() {
  for (shared_limit& each : limits_) each.cancel();
  if (turns_) turns_->end();
}

time_point rate_limit::begins_at() const noexcept {
  time_point latest = turns_ ? turns_->begins_at() : time_point::min();
  for (const shared_limit& each : limits_) latest = std::max(latest, each.begins_at());
  return latest;
}

void rate_limit::tell_ready(time_point now) noexcept {
  if (turns_) turns_->tell_ready(now);
}

void rate_limit::lose(time_point now) noexcept {
  if (turns_ && !turns_->is_in_time(now)) turns_->lose(now);
}

void rate_limit::send(time_point now) {
  for (shared_limit& each : limits_) each.send(now);
  if (turns_) turns_->end();
}

void rate_limit::hold_back(time_point now) {
  for (shared_limit& each : limits_) each.hold_back(now);
}

void rate_limit::ease(time_point now) {
  for (shared_limit& each : limits_) each.ease(now);
}

void rate_limit::set_share(const limit_share& share, time_point now, wall_time wall_now) {
  share_ = share;
  for (shared_limit& each : limits_) each.set_share(share, now);
  take_turns(now, wall_now);
}

std::optional<slots> rate_limit::cut_time() const {
  std::optional<slots> out;
  for (const shared_limit& each : limits_)
    if (each.goes_by_turns()) (out ? *out : out.emplace()).fit(each.whole());
  return out;
}

void rate_limit::take_turns(time_point now, wall_time wall_now) {
  turns_.reset();
  const auto into = cut_time();
  if (!into) return;
  time_point from = std::max(now, slots_from_);
  for (const shared_limit& each : limits_)
    if (each.goes_by_turns()) from = std::max(from, each.turns_from());
  turns_.emplace(*into, share_, now, wall_now, from);
}

void rate_limit::set_limits(const std::vector<providers::limit>& limits, int reserved, time_point now, wall_time wall_now) {
  std::vector<shared_limit> next;
  for (const providers::limit& each : limits) next.push_back(make_limit(each, reserved, now));
  limits_ = std::move(next);
  const auto into = cut_time();
  if (turns_ && into == turns_->cut_into()) return;
  if (turns_ && into) slots_from_ = now + into->length;
  take_turns(now, wall_now);
}

/// Of the former limits the one itself, or else the shortest that reaches back far enough.
shared_limit rate_limit::make_limit(const providers::limit& of, int reserved, time_point now) const {
  if (const auto same = std::ranges::find(limits_, of, &shared_limit::whole); same != limits_.end()) return *same;
  const shared_limit* former = nullptr;
  for (const shared_limit& each : limits_)
    if (each.whole().per >= of.per && (!former || each.whole().per < former->whole().per)) former = &each;
  if (former) return former->successor(of, now);
  shared_limit out(of);
  out.set_share({.owned = {}, .total = share_.total}, now);
  out.set_share(share_, now);
  out.reserve_again(reserved);
  return out;
}

}  // namespace leadrelay::delivery
