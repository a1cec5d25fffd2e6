#include <algorithm>

#include "tracing/trace_context.hpp"

namespace leadrelay::tracing {
namespace {

constexpr std::size_t most_members = 32;
constexpr std::size_t longest_part = 256;  ///< of a member's key, or its value
constexpr std::size_t most_characters = 512;
constexpr std::size_t long_member = 128;

struct member {
  std::string_view key;
  std::string_view text;  ///< the whole member
};

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t";
  const std::size_t first = text.find_first_not_of(blank);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool is_alphanumeric(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_key(std::string_view key) noexcept {
  constexpr std::string_view signs = "_-*/@";
  return !key.empty() && key.size() <= longest_part && is_alphanumeric(key.front()) &&
         std::ranges::all_of(key, [&](char c) { return is_alphanumeric(c) || signs.find(c) != std::string_view::npos; });
}

bool is_value(std::string_view value) noexcept {
  return !value.empty() && value.size() <= longest_part &&
         std::ranges::all_of(value, [](char c) { return c >= 0x20 && c <= 0x7E && c != ',' && c != '='; });
}

/// False where one is not valid, or they are too many.
bool add_members(std::string_view field, std::vector<member>& to) {
  for (std::size_t begin = 0; begin <= field.size();) {
    const std::size_t end = std::min(field.find(',', begin), field.size());
    const std::string_view text = trim(field.substr(begin, end - begin));
    begin = end + 1;
    if (text.empty()) continue;
    const std::size_t sign = std::min(text.find('='), text.size());
    const std::string_view key = text.substr(0, sign);
    if (!is_key(key) || !is_value(text.substr(std::min(sign + 1, text.size())))) return false;
    if (std::ranges::find(to, key, &member::key) == to.end()) to.push_back({key, text});
    if (to.size() > most_members) return false;
  }
  return true;
}

std::size_t joined_size(const std::vector<member>& members) noexcept {
  std::size_t out = members.empty() ? 0 : members.size() - 1;
  for (const member& each : members) out += each.text.size();
  return out;
}

}  // namespace

std::string read_tracestate(const std::vector<std::string_view>& fields) {
  std::vector<member> members;
  for (const std::string_view field : fields)
    if (!add_members(field, members)) return {};
  if (joined_size(members) > most_characters) std::erase_if(members, [](const member& each) { return each.text.size() > long_member; });
  while (joined_size(members) > most_characters) members.pop_back();
  std::string out;
  for (const member& each : members) {
    if (!out.empty()) out += ',';
    out += each.text;
  }
  return out;
}

}  // namespace leadrelay::tracing
