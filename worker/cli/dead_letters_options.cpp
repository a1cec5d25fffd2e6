#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "cli/dead_letters_command.hpp"

namespace leadrelay::cli {
namespace {

constexpr double fastest = 1'000'000;

problem wrong(std::string what) { return problem{reason::rejected, std::move(what)}; }

std::vector<std::string_view> reason_words() {
  std::vector<std::string_view> out;
  for (int index = 0; index < reason_count; ++index) out.push_back(to_string(static_cast<reason>(index)));
  return out;
}

std::string listed(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

outcome<std::optional<reason>> read_reason(const std::string& text) {
  if (text.empty()) return std::optional<reason>();
  if (const auto found = reason_from(text)) return found;
  const auto words = reason_words();
  const auto meant = did_you_mean(std::string_view(text).substr(0, 64), words);
  return wrong("--reason: no such reason: `" + printable(text) + "`, " +
               (meant ? "did you mean `" + std::string(*meant) + "`? Expected one of " : "expected one of ") + listed(words));
}

outcome<std::optional<wall_time>> read_moment(const char* option, const std::string& text, wall_time now) {
  if (text.empty()) return std::optional<wall_time>();
  if (const auto found = dead_letters::parse_moment(text, now)) return found;
  return wrong(
      std::string(option) + ": `" + printable(text) +
      "`, expected a time as in 2026-11-21T10:00:00Z, a day (in UTC) as in 2026-11-21, or a time back from now as in 90m, 6h or 7d");
}

std::optional<std::string> given(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

}  // namespace

outcome<dead_letters::selection> read_filters(const dead_letter_filters& from, wall_time now) {
  dead_letters::selection out{.account = given(from.account), .lead = given(from.lead)};
  const auto why = read_reason(from.reason);
  if (!why) return why.error();
  const auto since = read_moment("--since", from.since, now);
  if (!since) return since.error();
  const auto until = read_moment("--until", from.until, now);
  if (!until) return until.error();
  out.reason = *why;
  out.since = *since;
  out.until = *until;
  if (out.since && out.until && *out.since >= *out.until)
    return wrong("--until: `" + printable(from.until) + "` is not after --since `" + printable(from.since) + "`, expected a later time");
  return out;
}

outcome<double> parse_rate(const std::string& text) {
  const problem malformed = wrong("--rate: `" + printable(text) +
                                  "`, expected letters a second, minute or hour, as in 100/s, 600/m or 5000/h, at most 1000000/s");
  const std::size_t slash = std::min(text.find('/'), text.size());
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, number, std::chars_format::fixed);
  if (slash == 0 || error != std::errc{} || end != text.data() + slash || !std::isfinite(number) || number <= 0) return malformed;
  const std::string per = slash == text.size() ? "/s" : text.substr(slash);
  if (per != "/s" && per != "/m" && per != "/h") return malformed;
  const double out = number / (per == "/s" ? 1 : per == "/m" ? 60 : 3600);
  if (out > fastest) return malformed;
  return out;
}

std::string tell_unknown_account(const dead_letters::selection& of, const config::configuration& by) {
  if (!of.account) return {};
  std::vector<std::string_view> names;
  for (const config::account& each : by.accounts) names.push_back(each.name);
  if (std::ranges::find(names, *of.account) != names.end()) return {};
  const auto meant = did_you_mean(std::string_view(*of.account).substr(0, 64), names);
  return "--account: no dead letter is of the account `" + printable(*of.account) + "`, which the configuration does not have, " +
         (meant ? "did you mean `" + std::string(*meant) + "`?" : "expected one of " + listed(names));
}

}  // namespace leadrelay::cli
