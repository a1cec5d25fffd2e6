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
  const auto letter = static_cast<std::uint32_t>(first_entries_.size());
  first_entries_.push_back(entries_.size());
  for (const std::uint64_t mark : marks) entries_.push_back({mark, log, letter, age});
}

void newer_changes::all_are_watched() {
  const auto place = [](const newest& of) { return std::tuple(of.mark, of.log); };
  newest_.reserve(entries_.size());
  for (const entry& each : entries_) newest_.push_back({each.mark, each.log});
  std::ranges::sort(newest_, {}, place);
  const auto doubles = std::ranges::unique(newest_, {}, place);
  newest_.erase(doubles.begin(), doubles.end());
}

std::size_t newer_changes::find(std::uint64_t mark, std::uint32_t log) const noexcept {
  const auto at =
      std::ranges::lower_bound(newest_, std::tuple(mark, log), {}, [](const newest& of) { return std::tuple(of.mark, of.log); });
  return at != newest_.end() && at->mark == mark && at->log == log ? static_cast<std::size_t>(at - newest_.begin()) : newest_.size();
}

void newer_changes::see(std::uint32_t log, std::int64_t offset, std::int64_t age, const lead_marks& marks) {
  for (const std::uint64_t mark : marks) {
    const std::size_t at = find(mark, log);
    if (at == newest_.size() || newest_[at].age >= age) continue;
    newest_[at].age = age;
    newest_[at].offset = offset;
  }
}

std::optional<std::int64_t> newer_changes::newer_than(std::size_t letter) const noexcept {
  const std::size_t end = letter + 1 < first_entries_.size() ? first_entries_[letter + 1] : entries_.size();
  for (std::size_t index = first_entries_[letter]; index < end; ++index) {
    const newest& last = newest_[find(entries_[index].mark, entries_[index].log)];
    if (last.age > entries_[index].age) return last.offset;
  }
  return std::nullopt;
}

std::vector<std::uint8_t> newer_changes::passes(std::uint8_t most) const {
  std::vector<entry> by_age = entries_;
  std::ranges::sort(by_age, {}, [](const entry& e) { return std::tuple(e.mark, e.log, e.age, e.letter); });
  std::vector<std::uint8_t> out(size(), 0);
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
