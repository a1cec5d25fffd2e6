#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/date_time.hpp"
#include "base/text.hpp"
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
  boost::container::small_vector<parameter, 2> parameters;

  std::string_view find(std::string_view name) const noexcept {
    for (const parameter& one : parameters)
      if (one.name == name) return one.value;
    return {};
  }
};

/// Of one header there are few, in each answer.
using members = boost::container::small_vector<member, 2>;

void split_list(std::string_view value, members& out) {
  while (!value.empty()) {
    std::string_view rest = take_until(value, ',');
    if (rest.empty()) continue;
    member made{split(take_until(rest, ';')), {}};
    while (!rest.empty()) made.parameters.push_back(split(take_until(rest, ';')));
    out.push_back(std::move(made));
  }
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

/// The members of a field in all its lines, which make one list (RFC 9110 section 5.3).
members members_of(const answer& given, std::string_view name) {
  members out;
  for (const answer_header& line : given.headers)
    if (equal_without_case(line.name, name)) split_list(line.value, out);
  return out;
}

/// When the answer was given, by the clock that its Unix times are of: its Date (RFC 9110 section 6.6.1), in whole seconds. The own clock
/// where that says the same, where no Date stands there, and where the two have nothing in common.
wall_time answered_at(const answer& given, wall_time now) noexcept {
  const auto value = given.header("Date");
  const auto date = value ? parse_http_date(*value) : std::nullopt;
  if (!date) return now;
  const auto ahead = now - *date;
  const bool same = ahead >= std::chrono::seconds{0} && ahead < std::chrono::seconds{1};
  return same || ahead > largest_clock_difference || ahead < -largest_clock_difference ? now : *date;
}

/// `limit=100, remaining=50, reset=5` (draft -07), once or several times.
void read_pairs(const members& pairs, wall_time now, std::vector<told_limit>& out) {
  std::optional<std::int64_t> remaining;
  std::optional<duration> resets_in;
  for (const member& one : pairs) {
    if (one.item.name == "remaining") remaining = read_count(one.item.value);
    if (one.item.name == "reset") resets_in = read_reset(one.item.value, reset_unit::seconds, now);
    if (!remaining || !resets_in) continue;
    out.push_back({*remaining, *resets_in});
    remaining.reset();
    resets_in.reset();
  }
}

/// The window of the policy with that name, in quotes.
std::optional<duration> window_of(std::string_view name, const members& policies, wall_time now) noexcept {
  for (const member& one : policies)
    if (one.item.name == name) return read_reset(one.find("w"), reset_unit::seconds, now);
  return std::nullopt;
}

/// `"name";r=50;t=30` (draft -08 on). Where a policy does not say when it starts anew, it does after its window at the latest.
void read_policies(const members& limits, const members& policies, wall_time now, std::vector<told_limit>& out) {
  for (const member& one : limits) {
    const auto remaining = read_count(one.find("r"));
    auto resets_in = read_reset(one.find("t"), reset_unit::seconds, now);
    if (!resets_in) resets_in = window_of(one.item.name, policies, now);
    if (remaining && resets_in) out.push_back({*remaining, *resets_in});
  }
}

/// A header with what is left and one with the reset. Where there are several of one, the n-th goes with the n-th or else the last.
void read_apart(const members& counts, const members& resets, reset_unit unit, wall_time now, std::vector<told_limit>& out) {
  for (std::size_t index = 0; index < counts.size() && !resets.empty(); ++index) {
    const auto remaining = read_count(counts[index].item.name);
    const auto resets_in = read_reset(resets[std::min(index, resets.size() - 1)].item.name, unit, now);
    if (remaining && resets_in) out.push_back({*remaining, *resets_in});
  }
}

/// Where a definition names none: as in the drafts, whose names say in what the reset counts.
const limit_headers& standard_headers() {
  static const limit_headers names{.remaining = "RateLimit-Remaining", .reset = "RateLimit-Reset", .combined = "RateLimit"};
  return names;
}

}  // namespace

std::vector<told_limit> read_limits(const definition& by, const answer& given, wall_time now) {
  std::vector<told_limit> out;
  const limit_headers& names = by.inside().told_limits ? *by.inside().told_limits : standard_headers();
  if (const auto combined = members_of(given, names.combined); !combined.empty()) {
    read_pairs(combined, now, out);
    read_policies(combined, members_of(given, names.combined + "-Policy"), now, out);
  }
  if (const auto counts = members_of(given, names.remaining); !counts.empty())
    read_apart(counts, members_of(given, names.reset), names.reset_as, answered_at(given, now), out);
  return out;
}

}  // namespace leadrelay::providers
