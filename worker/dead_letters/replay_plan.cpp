#include "dead_letters/replay_plan.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace leadrelay::dead_letters {
namespace {

constexpr std::uint8_t most_passes = 20;  // each reads anew; what needs more is found out of order, and not replayed

struct described {
  std::string_view word;
  std::string_view line;
};

constexpr std::array<described, hindrance_count> hindrances{{
    {"newer_change", "their lead has a newer change in the source, which a replay would undo; --over-newer replays them all the same"},
    {"unchecked",
     "the source no longer holds what came after them, or was made anew, so that newer changes of their leads cannot be seen; --unchecked "
     "replays them all the same"},
    {"outcome_unknown",
     "the provider may have applied them, and a replay would append twice; look at them, then replay with --reason "
     "outcome_unknown"},
    {"no_letter", "they do not say where their change lay; expected records that leadrelay has written"},
    {"other_topic",
     "their change lay in a topic or partition that is none of topics.lead_changes, or that the brokers do not have any more"},
    {"cut", "they hold a part of their event alone, and the source no longer holds the whole"},
    {"too_large", "the source topic takes no record as large; raise its max.message.bytes"},
    {"repeated",
     "another letter of the same change has been replayed or is left out, as a worker that dies may write a letter twice; nothing is to be "
     "done"},
}};

std::tuple<std::int32_t, std::int64_t> place_of(const planned_letter& of) { return {of.partition, of.offset}; }

}  // namespace

std::string_view to_string(hindrance of) noexcept { return hindrances[static_cast<std::size_t>(of)].word; }

std::string_view explain(hindrance of) noexcept { return hindrances[static_cast<std::size_t>(of)].line; }

void replay_plan::add(const planned_letter& one, const lead_marks& marks) {
  letters_.push_back(one);
  newer_.watch(one.log, one.age, marks);
}

void replay_plan::complete() {
  newer_.all_are_watched();
  pass_of_ = newer_.passes(most_passes - 1);
  passes_ = pass_of_.empty() ? 0 : 1 + *std::ranges::max_element(pass_of_);
}

std::optional<std::size_t> replay_plan::find(std::int32_t partition, std::int64_t offset, int pass) const noexcept {
  const auto at = std::ranges::lower_bound(letters_, std::tuple(partition, offset), {}, place_of);
  if (at == letters_.end() || place_of(*at) != std::tuple(partition, offset)) return std::nullopt;
  const auto index = static_cast<std::size_t>(at - letters_.begin());
  return pass_of_[index] == pass ? std::optional(index) : std::nullopt;
}

replay_plan::span replay_plan::where(std::int32_t partition, int pass) const noexcept {
  span out;
  for (std::size_t index = 0; index < letters_.size(); ++index) {
    if (letters_[index].partition != partition || pass_of_[index] != pass) continue;
    if (out.begin < 0) out.begin = letters_[index].offset;
    out.end = letters_[index].offset + 1;
  }
  return out;
}

std::optional<std::int64_t> replay_plan::oldest(std::uint32_t log) const noexcept {
  std::optional<std::int64_t> out;
  for (const planned_letter& each : letters_)
    if (each.log == log) out = std::min(out.value_or(each.age), each.age);
  return out;
}

}  // namespace leadrelay::dead_letters
