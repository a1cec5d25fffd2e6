#include "requests.hpp"

#include <algorithm>
#include <string>

#include "base/json.hpp"
#include "fuzz_support.hpp"
#include "providers/definition.hpp"

namespace leadrelay::fuzz {
namespace {

/// A path of 64 levels with names of 100 characters, escaped.
constexpr std::size_t longest_detail = 64 << 10;
/// A shorter value may stand in a message's own words.
constexpr std::size_t telling_size = 12;

void check_target(std::string_view target) {
  expect(target.starts_with('/'), "a target begins with a slash");
  expect(std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; }), "a target is printable ASCII");
  for (std::size_t at = 0; at < target.size();) {
    const std::size_t end = std::min(target.find_first_of("/?", at + 1), target.size());
    const std::string_view segment = target.substr(at, end - at);
    expect(segment != "/." && segment != "/..", "a target has no dot segments");
    if (target[at] == '?') break;
    at = end;
  }
}

void check_body(const providers::plan& by, const providers::request& made) {
  const auto body = json::parse(made.body);
  expect(body && body->IsObject(), "a body is a JSON object");
  const auto masked = json::parse(by.masked_body(made));
  expect(masked && masked->IsObject() && masked->MemberCount() == body->MemberCount(), "a masked body is the body's object");
}

/// Values with a digit that stand once in the record: what the detail has of them cannot be a field's name or a rule's words. Rules show an
/// example of a date and time.
void check_nothing_shown(const providers::plan& by, const events::lead_change& change, std::string_view raw, std::string_view detail) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (raw.find('\\') != std::string_view::npos) return;
  for (const std::string& value : by.sensitive_values(change))
    if (value.size() >= telling_size && std::any_of(value.begin(), value.end(), is_digit) && count_of(value, raw) == 1 &&
        count_of(value, "2026-11-21T10:00:00Z") == 0)
      expect(count_of(value, detail) == 0, "a detail names no sensitive value");
}

}  // namespace

void check_detail(const problem& found) {
  expect(!found.detail.empty() && found.detail.size() <= longest_detail, "a detail says something, within bounds");
  expect(is_one_line(found.detail), "a detail is one line of text");
}

void check_request(const providers::plan& by, const events::lead_change& change, std::string_view raw) {
  const auto made = by.build(change);
  for (const std::string& value : by.sensitive_values(change)) expect(!value.empty(), "a sensitive value is not empty");
  if (!made) {
    const reason why = made.error().reason;
    expect(why == reason::unmapped_field || why == reason::missing_required || why == reason::invalid_field || why == reason::invalid_event,
           "building fails for its own reasons");
    check_detail(made.error());
    return check_nothing_shown(by, change, raw, made.error().detail);
  }
  expect(made->method == by.definition().method(), "the method is the definition's");
  if (made->nothing_to_send) return expect(!by.settings().ignore.empty(), "only what an account ignores is left out");
  expect(!(made->appends && made->repeatable), "an append is not repeatable");
  check_target(made->target);
  check_body(by, *made);
}

}  // namespace leadrelay::fuzz
