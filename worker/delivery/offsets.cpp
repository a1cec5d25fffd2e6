#include "delivery/offsets.hpp"

#include <algorithm>
#include <utility>

namespace leadrelay::delivery {
namespace {

constexpr std::size_t few_outstanding = 64;

/// The most bytes that the map can come to have, if `unsettled` records of the next `span` offsets settle in the worst order and `ranges`
/// are settled already. As runs, each record and each range makes at most one more pair of lengths; a length takes a second byte for each
/// 128 offsets that it spans, a third for each 128², and so on. As bits, the span alone counts.
std::size_t worst_bytes(std::size_t unsettled, std::size_t ranges, std::uint64_t span) {
  const std::size_t lengths = 2 * (unsettled + ranges);
  std::size_t runs = lengths;
  for (std::uint64_t beyond = span / 128; beyond > 0; beyond /= 128) runs += std::min<std::size_t>(lengths, beyond);
  return std::min<std::size_t>(runs, span / 8 + 1);
}

}  // namespace

bool offsets::restore(std::int64_t committed, std::string_view metadata) {
  if (committed < 0) return true;
  begin_ = next_ = acknowledged_ = committed;
  const auto map = decode_offset_map(metadata, committed);
  if (!map) return metadata.empty();
  restored_own_ = writer_ != 0 && map->writer == writer_;
  restored_.assign(map->settled.begin(), map->settled.end());
  for (const std::int64_t offset : map->started) started_[offset];
  return true;
}

void offsets::adopt(const offsets& former) {
  if (former.begin_ < 0) return;
  if (restored_own_) started_ = {former.started_.lower_bound(begin_), former.started_.end()};
  const std::deque<offset_range> told = restored_;
  add_settled({former.begin_, former.lowest() - 1});
  for (const offset_range& range : former.map().settled) add_settled(range);
  if (restored_ == told) return;
  if (next_ < 0) begin_ = next_ = former.begin_;
  any_taken_ = true;
  adopted_version_ = ++version_;
}

/// Of what is not read yet.
void offsets::add_settled(offset_range range) {
  range.first = std::max(range.first, next_);
  if (range.first > range.last) return;
  const auto touches = [&](const offset_range& other) { return other.first <= range.last + 1 && range.first <= other.last + 1; };
  auto at = std::ranges::find_if(restored_, [&](const offset_range& other) { return other.last + 1 >= range.first; });
  for (; at != restored_.end() && touches(*at); at = restored_.erase(at)) {
    range.first = std::min(range.first, at->first);
    range.last = std::max(range.last, at->last);
  }
  restored_.insert(at, range);
}

known offsets::take(std::int64_t offset) {
  if (offset < 0) return known::taken_before;
  if (offset < begin_) forget_all();
  if (offset < next_) return known::taken_before;
  if (begin_ < 0) begin_ = offset;
  started_.erase(started_.begin(), started_.lower_bound(lowest()));
  next_ = offset + 1;
  any_taken_ = true;
  if (was_settled(offset)) {
    ++version_;
    return known::settled_before;
  }
  window_.push_back({offset, false});
  ++outstanding_;
  look_whether_full();
  return known::nothing;
}

void offsets::pass(std::int64_t next) {
  if (next <= next_) return;
  if (begin_ < 0) begin_ = next;
  next_ = next;
  any_taken_ = true;
  ++version_;
}

/// Also drops what lies before: those offsets do not come again.
bool offsets::was_settled(std::int64_t offset) {
  while (!restored_.empty() && restored_.front().last < offset) restored_.pop_front();
  return !restored_.empty() && restored_.front().first <= offset;
}

/// Where no offset is missing below it, it stands as far from the first as it is above that, otherwise nearer; the same from the last one.
std::optional<std::size_t> offsets::place_of(std::int64_t offset) const {
  if (window_.empty() || offset < window_.front().offset || offset > window_.back().offset) return std::nullopt;
  const std::size_t last = window_.size() - 1;
  const auto most = [last](std::int64_t distance) { return std::min(static_cast<std::uint64_t>(distance), std::uint64_t{last}); };
  const std::size_t highest = most(offset - window_.front().offset);
  if (window_[highest].offset == offset) return highest;
  const std::size_t lowest = last - most(window_.back().offset - offset);
  if (window_[lowest].offset == offset) return lowest;
  const auto place = [&](std::size_t index) { return window_.begin() + static_cast<std::ptrdiff_t>(index); };
  const auto found = std::ranges::lower_bound(place(lowest), place(highest), offset, {}, &taken::offset);
  return found->offset == offset ? std::optional{static_cast<std::size_t>(found - window_.begin())} : std::nullopt;
}

bool offsets::is_settled(std::int64_t offset) const {
  const auto place = place_of(offset);
  return !place || window_[*place].settled;
}

void offsets::settle(std::int64_t offset) {
  const auto place = place_of(offset);
  if (!place || window_[*place].settled) return;
  window_[*place].settled = true;
  --outstanding_;
  started_.erase(offset);
  ++version_;
  drop_settled();
  look_whether_full();
}

void offsets::settle_former(std::int64_t offset) {
  if (offset < next_) {
    settle(offset);
  } else {
    add_settled({offset, offset});
    ++version_;
  }
  adopted_version_ = version_;
}

void offsets::drop_settled() {
  while (!window_.empty() && window_.front().settled) window_.pop_front();
  if (window_.size() > 2 * outstanding_ + 64) std::erase_if(window_, [](const taken& each) { return each.settled; });
}

bool offsets::start(std::int64_t offset) {
  if (started_.size() >= most_started && !started_.contains(offset)) return false;
  if (started_.try_emplace(offset).second) ++version_;
  return true;
}

void offsets::start_together(std::int64_t offset, const std::vector<std::int64_t>& lower) {
  std::vector<std::int64_t>& stands_for = started_[offset];
  for (const std::int64_t each : lower) {
    const auto below = started_.extract(each);
    if (!below) continue;
    stands_for.insert(stands_for.end(), below.mapped().begin(), below.mapped().end());
    stands_for.push_back(each);
  }
  ++version_;
}

void offsets::take_back(std::int64_t offset) {
  auto taken = started_.extract(offset);
  if (!taken) return;
  ++version_;
  if (taken.mapped().empty()) return;
  const std::int64_t highest = taken.mapped().back();
  taken.mapped().pop_back();
  started_[highest] = std::move(taken.mapped());
}

void offsets::split(std::int64_t offset) {
  const auto found = started_.find(offset);
  if (found == started_.end() || found->second.empty()) return;
  std::vector<std::int64_t> lower = std::exchange(found->second, {});
  const std::int64_t highest = lower.back();
  lower.pop_back();
  started_[highest] = std::move(lower);
  ++version_;
}

void offsets::take_back_former(std::int64_t offset) {
  if (restored_own_) take_back(offset);
}

std::optional<std::int64_t> offsets::committable() const noexcept { return any_taken_ ? std::optional(lowest()) : std::nullopt; }

std::int64_t offsets::lowest() const noexcept {
  if (!window_.empty()) return window_.front().offset;
  const bool goes_on = !restored_.empty() && restored_.front().first <= next_;
  return goes_on ? std::max(next_, restored_.front().last + 1) : next_;
}

offset_map offsets::map() const {
  offset_map out{.writer = writer_, .settled = {}, .started = {}};
  for (auto each = started_.lower_bound(committable().value_or(0)); each != started_.end(); ++each) out.started.push_back(each->first);
  std::int64_t after = -1;  // one beyond the last unsettled record seen
  const auto add = [&](std::int64_t first, std::int64_t last) {
    if (first <= last) append(out.settled, {first, last});
  };
  for (const taken& each : window_) {
    if (each.settled) continue;
    if (after >= 0) add(after, each.offset - 1);
    after = each.offset + 1;
  }
  if (after >= 0) add(after, next_ - 1);
  const std::int64_t unread = std::max(next_, lowest());
  for (const offset_range& range : restored_)
    if (range.last >= unread) add(std::max(range.first, unread), range.last);
  return out;
}

void offsets::acknowledged(std::uint64_t version, std::int64_t next) noexcept {
  acknowledged_version_ = std::max(acknowledged_version_, version);
  acknowledged_ = std::max(acknowledged_, next);
}

void offsets::look_whether_full() {
  const std::int64_t end = restored_.empty() ? next_ : std::max(next_, restored_.back().last + 1);
  const std::size_t worst = worst_bytes(outstanding_, restored_.size(), static_cast<std::uint64_t>(end - lowest()));
  // So few can always settle, and that ends a pause whatever was restored.
  full_ = outstanding_ > few_outstanding && (worst > most_settled_bytes || (full_ && worst > most_settled_bytes / 4 * 3));
}

void offsets::forget_all() {
  window_.clear();
  restored_.clear();
  started_.clear();
  begin_ = next_ = -1;
  outstanding_ = 0;
  adopted_version_ = 0;
  acknowledged_ = -1;
  ++version_;
}

}  // namespace leadrelay::delivery
