#include <algorithm>
#include <charconv>
#include <vector>

#include "providers/definition_parts.hpp"
#include "providers/judge.hpp"

namespace leadrelay::providers {
namespace {

constexpr std::int64_t largest_count = 1'000'000'000;
// In milliseconds, as a far-off Unix time overflows nanoseconds.
constexpr std::chrono::milliseconds longest_window = std::chrono::days{31};
constexpr std::chrono::milliseconds largest_clock_difference = std::chrono::days{1};

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes what stands before the next `mark` outside of quotes off `rest`, the mark too, and trims it.
std::string_view take_until(std::string_view& rest, char mark) noexcept {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size() && (quoted || rest[at] != mark); ++at) {
    if (rest[at] == '\\' && quoted) {
      ++at;
    } else if (rest[at] == '"') {
      quoted = !quoted;
    }
  }
  at = std::min(at, rest.size());
  const std::string_view taken = trim(rest.substr(0, at));
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return taken;
}

struct parameter {
  std::string_view name;
  std::string_view value;  ///< empty where there is no `=`
};

parameter split(std::string_view text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || text.starts_with('"')) return {text, {}};
  return {trim(text.substr(0, equals)), trim(text.substr(equals + 1))};
}

/// A member of a list field, such as `100;w=60`, `limit=100` or `"name";r=50;t=30` (RFC 9651 section 3.1).
struct member {
  parameter item;
  std::vector<parameter> parameters;

  std::string_view find(std::string_view name) const noexcept {
    for (const parameter& one : parameters)
      if (one.name == name) return one.value;
    return {};
  }
};

std::vector<member> split_list(std::string_view value) {
  std::vector<member> out;
  while (!value.empty()) {
    std::string_view rest = take_until(value, ',');
    if (rest.empty()) continue;
    member made{split(take_until(rest, ';')), {}};
    while (!rest.empty()) made.parameters.push_back(split(take_until(rest, ';')));
    out.push_back(std::move(made));
  }
  return out;
}

std::optional<std::int64_t> read_count(std::string_view text) noexcept {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return count >= 0 && count <= largest_count ? std::optional{count} : std::nullopt;
}

/// Time left until a reset. What is further than any limit's window is a unit taken for another, and ignored.
std::optional<duration> read_reset(std::string_view text, reset_unit unit, wall_time now) noexcept {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !(value >= 0) || value > 1e14) return std::nullopt;
  const double scale = unit == reset_unit::unix_milliseconds ? 1.0 : 1000.0;
  const std::chrono::milliseconds told{static_cast<std::int64_t>(value * scale)};
  const std::chrono::milliseconds left = unit == reset_unit::seconds ? told : told - now.time_since_epoch();
  if (left > longest_window || left < -largest_clock_difference) return std::nullopt;
  return std::max(duration{left}, duration::zero());
}

/// The count of a header of its own: `100`, `100, 100;w=60` (RateLimit-Limit to draft -06) or `"name";q=100;w=60` (RateLimit-Policy from
/// draft -08 on), there that of the policy `name`, where one is asked for.
std::optional<std::int64_t> read_header_count(std::string_view value, std::string_view name) {
  for (const member& one : split_list(value)) {
    const std::string_view quota = one.find("q");
    if (quota.empty()) return read_count(one.item.name);
    if (name.empty() || one.item.name == name) return read_count(quota);
  }
  return std::nullopt;
}

/// `limit=100, remaining=50, reset=5`.
void read_pairs(const std::vector<member>& members, reset_unit unit, wall_time now, told_limits& out) {
  for (const member& one : members) {
    if (one.item.name == "limit") out.limit = read_count(one.item.value);
    if (one.item.name == "remaining") out.remaining = read_count(one.item.value);
    if (one.item.name == "reset") out.resets_in = read_reset(one.item.value, unit, now);
  }
}

/// `"name";r=50;t=30`: of several, the one with the least left. Returns its name, with its quotes.
std::string_view read_policies(const std::vector<member>& members, wall_time now, told_limits& out) {
  std::string_view name;
  for (const member& one : members) {
    const auto remaining = read_count(one.find("r"));
    if (!remaining || (out.remaining && *remaining >= *out.remaining)) continue;
    out.remaining = remaining;
    out.resets_in = read_reset(one.find("t"), reset_unit::seconds, now);
    name = one.item.name;
  }
  return name;
}

}  // namespace

told_limits read_limits(const definition& by, const answer& given, wall_time now) {
  told_limits out;
  if (!by.inside().told_limits) return out;
  const limit_headers& names = *by.inside().told_limits;
  const auto header = [&](const std::string& name) { return name.empty() ? std::nullopt : given.header(name); };
  std::string_view policy;
  if (const auto value = header(names.combined)) {
    const std::vector<member> members = split_list(*value);
    read_pairs(members, names.reset_as, now, out);
    policy = read_policies(members, now, out);
  }
  if (const auto value = header(names.limit)) out.limit = read_header_count(*value, policy);
  if (const auto value = header(names.remaining)) out.remaining = read_header_count(*value, policy);
  if (const auto value = header(names.reset)) out.resets_in = read_reset(trim(*value), names.reset_as, now);
  return out;
}

}  // namespace leadrelay::providers
