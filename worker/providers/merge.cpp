#include "providers/merge.hpp"

#include <algorithm>
#include <utility>

#include "providers/request_builder.hpp"

namespace leadrelay::providers {
namespace {

bool has_null(const json::value& in) {
  if (in.IsNull()) return true;
  if (in.IsObject()) return std::ranges::any_of(in.GetObject(), [](const auto& member) { return has_null(member.value); });
  return in.IsArray() && std::ranges::any_of(in.GetArray(), has_null);
}

std::vector<std::string> identity_of(const events::lead_change& change) {
  return {std::string(change.lead.id), std::string(change.lead.email), std::string(change.lead.phone)};
}

/// In objects of more members looking for each would take long.
constexpr rapidjson::SizeType most_compared = 64;

/// Whether `later` leaves nothing of `earlier`, wherever a provider merges objects or replaces them. An object over anything else does not:
/// what lies below it may be one that it is merged into.
bool covers(const json::value& later, const json::value& earlier) {
  if (!later.IsObject()) return true;
  if (!earlier.IsObject() || std::max(later.MemberCount(), earlier.MemberCount()) > most_compared) return false;
  return std::ranges::all_of(earlier.GetObject(), [&](const auto& member) {
    const json::value* const over = json::find(later, json::text(member.name));
    return over && covers(*over, member.value);
  });
}

bool covers(const std::string& later, const std::string& earlier) {
  if (!later.starts_with('{')) return true;
  if (!earlier.starts_with('{')) return false;
  const auto above = json::parse(later);
  const auto below = json::parse(earlier);
  return above && below && covers(*above, *below);
}

}  // namespace

bool keeps_own_request(const events::lead_change& change) {
  return !change.changes || (change.native && !change.native->ObjectEmpty()) || has_null(*change.changes);
}

bool merger::add(const events::lead_change& next) {
  if (keeps_own_request(next)) return false;
  request_builder work(plan_, next);
  auto made = work.run();
  if (!made || made->nothing_to_send || made->appends || !made->repeatable || !fits(*made, next)) return false;
  leaf_texts above(plan_.tables->leaves.size());
  for (std::size_t leaf = 0; leaf < above.size(); ++leaf) {
    const slot& there = work.slots()[static_cast<int>(leaf)];
    if (there.filled() && !there.says_something()) return false;
    above[leaf] = work.slots().json_of(there);
  }
  leaf_texts merged = leaves_;
  if (size_ == 0 || plan_.rules().replaces) {
    merged = std::move(above);
  } else if (!overlay(merged, above)) {
    return false;
  }
  leaves_ = std::move(merged);
  if (size_++ == 0) {
    identity_ = identity_of(next);
    head_ = std::move(*made);
  }
  return true;
}

bool merger::fits(const request& made, const events::lead_change& next) const {
  return size_ == 0 || (made.method == head_.method && made.target == head_.target && identity_of(next) == identity_);
}

bool merger::overlay(leaf_texts& below, const leaf_texts& above) const {
  for (std::size_t leaf = 0; leaf < above.size(); ++leaf) {
    if (above[leaf].empty()) continue;
    if (!below[leaf].empty() && !covers(above[leaf], below[leaf])) return false;
    below[leaf] = above[leaf];
  }
  return companions_agree(below);
}

bool merger::companions_agree(const leaf_texts& in) const {
  return std::ranges::all_of(plan_.tables->companions, [&](int index) {
    const auto& fields = plan_.rules().fields;
    const field& of = fields[static_cast<std::size_t>(index)];
    if (in[static_cast<std::size_t>(of.leaf)].empty()) return true;
    std::string wanted;
    json::append_quoted(wanted, of.only_with->value);
    return in[static_cast<std::size_t>(fields[static_cast<std::size_t>(of.only_with->field)].leaf)] == wanted;
  });
}

request merger::build() const {
  request out = head_;
  const json::number_texts none;
  body_slots slots(plan_.rules().leaves, none);
  for (std::size_t leaf = 0; leaf < leaves_.size(); ++leaf)
    if (!leaves_[leaf].empty()) slots[static_cast<int>(leaf)] = slots.with_text(-1, origin_of_value::changes, leaves_[leaf]);
  out.body.clear();
  slots.write(out.body, plan_.rules().body);
  return out;
}

}  // namespace leadrelay::providers
