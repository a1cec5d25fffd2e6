#include "dead_letters/letter_places.hpp"

#include "base/date_time.hpp"

namespace leadrelay::dead_letters {
namespace {

constexpr std::uint16_t time_bits = 0x7FFF;
constexpr std::uint16_t no_time = 0x7FFE;  // the letter does not tell
constexpr std::uint16_t several = 0x7FFF;  // letters of different changes
constexpr std::uint16_t may_be_applied = 0x8000;

std::uint16_t mark_of(std::int64_t time_ms) noexcept {
  if (time_ms < 0) return no_time;
  return static_cast<std::uint16_t>(1 + (static_cast<std::uint64_t>(time_ms) * 0x9E3779B97F4A7C15u >> 33) % (no_time - 1));
}

/// As a letter's header tells it: a time beyond the years that RFC 3339 can say becomes their last.
std::int64_t told(std::int64_t time_ms) {
  const auto read = parse_date_time(format_date_time(wall_time(std::chrono::milliseconds(time_ms))));
  return read ? read->time_since_epoch().count() : -1;
}

bool fits(std::uint16_t noted, std::int64_t time_ms) {
  const std::uint16_t time = noted & time_bits;
  return time == no_time || (time != several && (time == mark_of(time_ms) || time == mark_of(told(time_ms))));
}

std::uint16_t both(std::uint16_t one, std::uint16_t other) noexcept {
  const std::uint16_t a = one & time_bits;
  const std::uint16_t b = other & time_bits;
  const std::uint16_t time = a == b || b == no_time ? a : a == no_time ? b : several;
  return static_cast<std::uint16_t>(time | ((one | other) & may_be_applied));
}

}  // namespace

void letter_places::note(const letter& says) {
  const std::uint16_t applied = says.reason == reason::outcome_unknown ? may_be_applied : std::uint16_t{0};
  const auto mark = static_cast<std::uint16_t>(mark_of(says.written_ms) | applied);
  const std::uint16_t before = noted_.at(says.source->offset);
  noted_.set(says.source->offset, before == 0 ? mark : both(before, mark));
}

bool letter_places::see(std::int64_t offset, std::int64_t time_ms) {
  const std::uint16_t noted = noted_.at(offset);
  if (noted == 0) return false;
  const bool same = fits(noted, time_ms);
  if (!same) strange_.insert(offset);
  return same && (noted & may_be_applied) == 0;
}

bool letter_places::take(const letter& says) {
  const std::uint16_t mark = mark_of(says.written_ms);
  const std::uint16_t before = taken_.at(says.source->offset);
  if (before == mark) return false;
  taken_.set(says.source->offset, before == 0 ? mark : several);
  return true;
}

}  // namespace leadrelay::dead_letters
