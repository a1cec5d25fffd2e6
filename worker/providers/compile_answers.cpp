#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.hpp"
#include "providers/compile_parts.hpp"

namespace leadrelay::providers::compiling {
namespace {

struct verdict_word {
  std::string_view word;
  verdict is;
  leadrelay::reason reason;
};

constexpr std::array<verdict_word, 7> verdict_words{{{"delivered", verdict::delivered, reason::rejected},
                                                     {"retry", verdict::retry, reason::rejected},
                                                     {"wait", verdict::wait, reason::rejected},
                                                     {"rejected", verdict::rejected, reason::rejected},
                                                     {"not_found", verdict::rejected, reason::not_found},
                                                     {"conflict", verdict::rejected, reason::conflict},
                                                     {"credential_refused", verdict::credential_refused, reason::rejected}}};

std::optional<unsigned> status_of(std::string_view text) noexcept {
  unsigned status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool good = error == std::errc{} && end == text.data() + text.size() && status >= 100 && status <= 599;
  return good ? std::optional{status} : std::nullopt;
}

void read_status(const yaml::reader& at, answer_rule& out) {
  const auto text = at.text();
  if (!text) return;
  const std::size_t dash = text->find('-');
  const auto first = status_of(std::string_view(*text).substr(0, dash));
  const auto last = dash == std::string::npos ? first : status_of(std::string_view(*text).substr(dash + 1));
  if (!first || !last || *first > *last) {
    at.fail("expected a status or a range of them from 100 to 599, such as 409 or 200-299");
    return;
  }
  out.first_status = *first;
  out.last_status = *last;
}

/// The compact JSON that a plain YAML value stands for; a quoted one is always a string.
std::optional<std::string> json_of(const yaml::reader& at) {
  if (at.is_null()) return "null";
  const auto text = at.text();
  if (!text) return std::nullopt;
  const bool quoted = at.node().Tag() == "!";
  const auto parsed = json::parse(*text);
  if (!quoted && parsed && (parsed->IsBool() || parsed->IsNumber())) return json::serialize(*parsed);
  std::string out;
  json::append_quoted(out, *text);
  return out;
}

void read_where(const yaml::reader& at, answer_rule& out) {
  if (!at.expect_map()) return;
  at.each_member([&](const std::string& pointer, const yaml::reader& key, const yaml::reader& value) {
    auto place = read_place(key, pointer);
    auto json = json_of(value);
    if (place && json) out.where.push_back({std::move(*place), std::move(*json)});
  });
  if (at.node().size() == 0) at.fail("is empty, expected a JSON pointer and the value there, such as { /success: false }");
}

void read_verdict(const yaml::reader& rule, answer_rule& out) {
  const auto at = rule.require("verdict");
  if (!at) return;
  std::array<std::string_view, verdict_words.size()> words;
  std::transform(verdict_words.begin(), verdict_words.end(), words.begin(), [](const verdict_word& one) { return one.word; });
  const auto index = at->one_of(words);
  if (!index) return;
  out.verdict = verdict_words[*index].is;
  out.reason = verdict_words[*index].reason;
}

void read_rule(const yaml::reader& at, definition::parts& out) {
  if (!at.is_map()) {
    at.expect_map();
    return;
  }
  at.expect_keys({"status", "code", "where", "verdict"});
  answer_rule rule;
  rule.first_status = 100;
  rule.last_status = 599;
  const auto status = at.get("status");
  const auto code = at.get("code");
  const auto where = at.get("where");
  if (!status && !code && !where) at.fail("has no condition, expected `status`, `code` or `where`");
  if (status) read_status(*status, rule);
  if (code) rule.code = read_filled_text(*code).value_or("");
  if (code && out.code_at.empty()) code->fail("nothing says where the code stands, expected `answers.code` with a JSON pointer");
  if (where) read_where(*where, rule);
  read_verdict(at, rule);
  out.answers.push_back(std::move(rule));
}

/// One JSON pointer, or several of which the first that is there counts.
void read_places(const yaml::reader& answers, std::string_view key, std::vector<json_place>& out) {
  const auto at = answers.get(key);
  if (!at) return;
  const auto read = [&](const yaml::reader& item) {
    if (auto place = read_place(item)) out.push_back(std::move(*place));
  };
  if (!at->is_list()) {
    read(*at);
    return;
  }
  at->each_item([&](std::size_t, const yaml::reader& item) { read(item); });
  if (at->node().size() == 0) at->fail("is empty, expected JSON pointers");
}

std::string read_header_name(const yaml::reader& headers, std::string_view key) {
  const auto at = headers.get(key);
  const auto name = at ? at->text() : std::nullopt;
  if (name && !is_token(*name)) at->fail("is no name of a header (RFC 9110 section 5.1), expected such as X-RateLimit-Remaining");
  return name.value_or("");
}

}  // namespace

void read_answers(const yaml::reader& root, definition::parts& out) {
  const auto answers = root.get("answers");
  if (!answers || !answers->is_map()) {
    if (answers) answers->expect_map();
    return;
  }
  answers->expect_keys({"code", "message", "leads_updated", "rules"});
  read_places(*answers, "code", out.code_at);
  read_places(*answers, "message", out.message_at);
  read_places(*answers, "leads_updated", out.updated_at);
  if (const auto rules = answers->get("rules"); rules && rules->expect_list())
    rules->each_item([&](std::size_t, const yaml::reader& item) { read_rule(item, out); });
}

void read_limits(const yaml::reader& root, definition::parts& out) {
  const auto limits = root.get("limits");
  if (!limits || !limits->expect_list()) return;
  limits->each_item([&](std::size_t, const yaml::reader& item) {
    if (!item.is_map()) {
      item.expect_map();
      return;
    }
    item.expect_keys({"requests", "per"});
    const auto requests = item.require("requests");
    const auto per = item.require("per");
    const auto count = requests ? requests->integer(1, 1'000'000) : std::nullopt;
    const auto length = per ? per->time(std::chrono::milliseconds{1}, std::chrono::days{31}) : std::nullopt;
    if (count && length) out.limits.push_back({static_cast<int>(*count), *length});
  });
}

void read_limit_headers(const yaml::reader& root, definition::parts& out) {
  const auto at = root.get("limit_headers");
  if (!at || !at->is_map()) {
    if (at) at->expect_map();
    return;
  }
  at->expect_keys({"remaining", "reset", "reset_as", "combined"});
  limit_headers headers;
  headers.remaining = read_header_name(*at, "remaining");
  headers.reset = read_header_name(*at, "reset");
  headers.combined = read_header_name(*at, "combined");
  if (const auto unit = at->get("reset_as")) {
    if (const auto word = unit->one_of({"seconds", "unix_seconds", "unix_milliseconds"})) headers.reset_as = static_cast<reset_unit>(*word);
    if (!at->get("reset")) unit->fail("goes with `reset`");
  }
  const bool apart = at->get("remaining") || at->get("reset");
  if (apart && !(at->get("remaining") && at->get("reset"))) at->fail("`remaining` and `reset` go together");
  if (!apart && !at->get("combined")) at->fail("names no header, expected `remaining` and `reset`, or `combined`");
  out.told_limits = std::move(headers);
}

}  // namespace leadrelay::providers::compiling
