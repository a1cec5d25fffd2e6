#include "dead_letters/newer_changes.hpp"

#include <algorithm>
#include <string>
#include <tuple>

namespace leadrelay::dead_letters {
namespace {

void add(lead_marks& to, char kind, std::string_view account, std::string_view text) {
  if (text.empty()) return;
  std::string named(1, kind);
  named.append(account).append(1, '\0').append(text);
  to.push_back(std::hash<std::string>{}(named));
}

}  // namespace

lead_marks marks_of(const std::optional<lead_name>& lead, std::optional<std::string_view> key) {
  lead_marks out;
  if (lead) {
    add(out, 'i', lead->account, lead->id);
    add(out, 'e', lead->account, lead->email);
    add(out, 'p', lead->account, lead->phone);
  } else if (key) {
    add(out, 'k', "", *key);
  }
  return out;
}

lead_marks all_marks_of(const std::optional<lead_name>& lead, std::optional<std::string_view> key) {
  lead_marks out = marks_of(lead, std::nullopt);
  if (key) add(out, 'k', "", *key);
  return out;
}

void newer_changes::watch(std::uint32_t log, std::int64_t age, const lead_marks& marks) {
  const auto letter = static_cast<std::uint32_t>(ages_.size());
  for (const std::uint64_t mark : marks) entries_.push_back({mark, log, letter, age});
  ages_.push_back(age);
  newer_.push_back(-1);
}

void newer_changes::all_are_watched() { std::ranges::sort(entries_); }

void newer_changes::see(std::uint32_t log, std::int64_t offset, std::int64_t age, const lead_marks& marks) {
  for (const std::uint64_t mark : marks) {
    const auto first =
        std::ranges::lower_bound(entries_, std::tuple(mark, log), {}, [](const entry& e) { return std::tuple(e.mark, e.log); });
    for (auto at = first; at != entries_.end() && at->mark == mark && at->log == log; ++at)
      if (at->age < age && newer_[at->letter] < 0) newer_[at->letter] = offset;
  }
}

std::optional<std::int64_t> newer_changes::newer_than(std::size_t letter) const noexcept {
  return newer_[letter] < 0 ? std::nullopt : std::optional(newer_[letter]);
}

std::vector<std::uint8_t> newer_changes::passes(std::uint8_t most) const {
  std::vector<entry> by_age = entries_;
  std::ranges::sort(by_age, {}, [](const entry& e) { return std::tuple(e.mark, e.log, e.age, e.letter); });
  std::vector<std::uint8_t> out(ages_.size(), 0);
  for (std::size_t at = 1; at < by_age.size(); ++at) {
    const entry& before = by_age[at - 1];
    const entry& one = by_age[at];
    if (before.mark != one.mark || before.log != one.log) continue;
    const int needed = out[before.letter] + (one.letter < before.letter ? 1 : 0);
    out[one.letter] = static_cast<std::uint8_t>(std::clamp<int>(needed, out[one.letter], most));
  }
  return out;
}

}  // namespace leadrelay::dead_letters
