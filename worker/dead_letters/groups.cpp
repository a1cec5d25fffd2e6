#include "dead_letters/groups.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace leadrelay::dead_letters {
namespace {

constexpr std::size_t longest_text = 120;  // bytes of a name in a line
constexpr std::size_t longest_topic = 249;

std::string reason_word(const letter& of) { return of.reason ? std::string(to_string(*of.reason)) : std::string(); }

}  // namespace

void groups::add(const read_letter_record& one, bool replayed) {
  std::pair key{reason_word(one.says()), printable(one.account(), longest_text)};
  auto found = groups_.find(key);
  if (found == groups_.end()) {
    if (groups_.size() >= most_) key.second = "(others)";
    found = groups_.try_emplace(key, group{key.first, key.second}).first;
  }
  group& in = found->second;
  const std::int64_t time_ms = one.record().timestamp_ms;
  in.first_ms = in.count == 0 ? time_ms : std::min(in.first_ms, time_ms);
  in.last_ms = in.count == 0 ? time_ms : std::max(in.last_ms, time_ms);
  ++in.count;
  ++count_;
  if (!replayed) return;
  ++in.replayed;
  ++replayed_;
}

std::vector<group> groups::sorted() const {
  std::vector<group> out;
  for (const auto& [key, each] : groups_) out.push_back(each);
  std::ranges::stable_sort(out, [](const group& a, const group& b) { return a.count > b.count; });
  return out;
}

summary summarize(const read_letter_record& one, bool replayed) {
  const letter& says = one.says();
  summary out;
  out.partition = one.record().partition;
  out.offset = one.record().offset;
  out.time_ms = one.record().timestamp_ms;
  out.reason = reason_word(says);
  out.account = printable(one.account(), longest_text);
  out.provider = printable(says.provider, longest_text);
  out.event_id = printable(one.event_id(), longest_text);
  out.lead = one.lead() ? printable(one.lead()->shown(), longest_text) : "";
  if (says.source) {
    out.source_topic = printable(says.source->topic, longest_topic);
    out.source_partition = says.source->partition;
    out.source_offset = says.source->offset;
  }
  out.replays = says.replays;
  out.replayed = replayed;
  return out;
}

void newest::add(summary one) {
  if (!takes(one.time_ms)) return;
  kept_.push(std::move(one));
  if (kept_.size() > most_) kept_.pop();
}

std::vector<summary> newest::take() {
  std::vector<summary> out;
  for (; !kept_.empty(); kept_.pop()) out.push_back(kept_.top());
  std::ranges::sort(out, [](const summary& a, const summary& b) {
    return std::tie(b.time_ms, a.partition, b.offset) < std::tie(a.time_ms, b.partition, a.offset);
  });
  return out;
}

}  // namespace leadrelay::dead_letters
