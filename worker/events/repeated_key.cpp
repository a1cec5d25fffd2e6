#include "events/repeated_key.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace leadrelay::events {
namespace {

/// Up to this many keys comparing all pairs is fastest; beyond it that would be an attacker's way to stop the loop.
constexpr rapidjson::SizeType few_keys = 24;

const json::value* find_among_few(const json::value& object) noexcept {
  for (auto later = object.MemberBegin(); later != object.MemberEnd(); ++later)
    for (auto earlier = object.MemberBegin(); earlier != later; ++earlier)
      if (json::text(earlier->name) == json::text(later->name)) return &later->name;
  return nullptr;
}

const json::value* find_among_many(const json::value& object) {
  std::vector<const json::value*> names;
  names.reserve(object.MemberCount());
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) names.push_back(&member->name);
  std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return json::text(*a) < json::text(*b); });
  const auto twice =
      std::adjacent_find(names.begin(), names.end(), [](const auto* a, const auto* b) { return json::text(*a) == json::text(*b); });
  return twice == names.end() ? nullptr : *twice;
}

bool is_container(const json::value& value) noexcept { return value.IsObject() || value.IsArray(); }

std::optional<std::string> find_in_items(const json::value& array) {
  for (rapidjson::SizeType index = 0; index < array.Size(); ++index) {
    if (!is_container(array[index])) continue;
    if (const auto inner = find_repeated_key(array[index]))
      return "[" + std::to_string(index) + "]" + (inner->starts_with('[') ? "" : ".") + *inner;
  }
  return std::nullopt;
}

std::optional<std::string> find_in_members(const json::value& object) {
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) {
    if (!is_container(member->value)) continue;
    if (const auto inner = find_repeated_key(member->value))
      return printable(json::text(member->name), 60) + (inner->starts_with('[') ? "" : ".") + *inner;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_repeated_key_here(const json::value& object) {
  const json::value* name = object.MemberCount() <= few_keys ? find_among_few(object) : find_among_many(object);
  return name ? std::optional{printable(json::text(*name), 60)} : std::nullopt;
}

std::optional<std::string> find_repeated_key(const json::value& value) {
  if (value.IsArray()) return find_in_items(value);
  if (!value.IsObject()) return std::nullopt;
  if (auto here = find_repeated_key_here(value)) return here;
  return find_in_members(value);
}

}  // namespace leadrelay::events
