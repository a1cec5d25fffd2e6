#include "providers/judge.hpp"

#include <algorithm>
#include <array>

#include "base/date_time.hpp"
#include "base/text.hpp"
#include "providers/definition_parts.hpp"
#include "providers/mask.hpp"
#include "providers/place.hpp"

namespace leadrelay::providers {
namespace {

constexpr std::size_t largest_body = 64 << 10;
constexpr std::size_t longest_code = 60;
constexpr std::size_t longest_message = 200;

/// An answer's body, parsed when first asked for.
class lazy_body {
 public:
  explicit lazy_body(std::string_view bytes) noexcept : bytes_(bytes) {}

  /// Null where it is no JSON, or too large to look into.
  const json::value* get() {
    if (!looked_) {
      looked_ = true;
      if (!bytes_.empty() && bytes_.size() <= largest_body)
        if (auto parsed = json::parse(bytes_)) document_ = std::move(*parsed);
    }
    return document_ ? &*document_ : nullptr;
  }

  /// The text, or the number as written, at the first of `places` that has one.
  std::optional<std::string> text_at(const std::vector<json_place>& places) {
    if (places.empty() || !get()) return std::nullopt;
    for (const json_place& place : places) {
      const json::value* found = find(*get(), place);
      if (found && found->IsString() && found->GetStringLength() > 0) return std::string(json::text(*found));
      if (found && found->IsNumber()) return json::serialize(*found);
    }
    return std::nullopt;
  }

  std::optional<std::int64_t> count_at(const std::vector<json_place>& places) {
    if (places.empty() || !get()) return std::nullopt;
    for (const json_place& place : places)
      if (const json::value* found = find(*get(), place); found && found->IsInt64() && found->GetInt64() >= 0) return found->GetInt64();
    return std::nullopt;
  }

 private:
  std::string_view bytes_;
  bool looked_ = false;
  std::optional<json::document> document_;
};

bool fits(const answer_rule& rule, unsigned status, const definition::parts& by, lazy_body& body) {
  if (status < rule.first_status || status > rule.last_status) return false;
  if (!rule.code.empty() && body.text_at(by.code_at) != rule.code) return false;
  return std::all_of(rule.where.begin(), rule.where.end(), [&](const answer_condition& condition) {
    const json::value* found = body.get() ? find(*body.get(), condition.at) : nullptr;
    return found && json::serialize(*found) == condition.equals;
  });
}

struct decision {
  verdict is;
  leadrelay::reason reason = reason::rejected;
};

/// The table for answers that no rule of the definition speaks of.
decision decide_by_status(unsigned status) noexcept {
  switch (status) {
    case 401:
    case 403: return {verdict::credential_refused};
    case 404: return {verdict::rejected, reason::not_found};
    case 409: return {verdict::rejected, reason::conflict};
    case 408:
    case 425: return {verdict::retry};
    case 429:
    case 503: return {verdict::wait};
    case 501:
    case 505: return {verdict::rejected};
    default: break;
  }
  if (status >= 200 && status <= 299) return {verdict::delivered};
  if (status >= 300 && status <= 499) return {verdict::rejected};
  return {verdict::retry};
}

decision decide(const definition::parts& by, const answer& given, lazy_body& body) {
  for (const answer_rule& rule : by.answers)
    if (fits(rule, given.status, by, body)) return {rule.verdict, rule.reason};
  // 503 refuses this request; only with a word on when to come again does it speak of the whole account.
  if (given.status == 503 && !given.header("Retry-After")) return {verdict::retry};
  return decide_by_status(given.status);
}

/// Whether a failure with that status may have come after the provider applied the change.
bool leaves_open(unsigned status) noexcept { return (status < 200 || status > 499) && status != 503; }

bool is_redirect(unsigned status) noexcept { return status >= 300 && status <= 399; }

/// Origin and path of a Location, without user, query and fragment, which may hold anything.
std::string redirect_target(std::string_view location) {
  location = location.substr(0, location.find_first_of("?#"));
  const std::size_t scheme = location.find("://");
  const std::size_t authority = scheme == std::string_view::npos ? (location.starts_with("//") ? 2 : 0) : scheme + 3;
  if (authority == 0) return std::string(location);
  const std::string_view host_and_path = location.substr(authority);
  const std::size_t user_end = host_and_path.substr(0, host_and_path.find('/')).rfind('@');
  return std::string(location.substr(0, authority)) +
         std::string(user_end == std::string_view::npos ? host_and_path : host_and_path.substr(user_end + 1));
}

/// Masks before it makes control characters printable and cuts, as a secret altered or cut in two would not be found any more.
std::string clean(std::string_view text, std::span<const std::string> secrets, std::size_t most) {
  return printable(mask(text, secrets, largest_body), most);
}

std::string explain(const definition::parts& by, const answer& given, lazy_body& body, std::span<const std::string> secrets) {
  std::string out = "HTTP " + std::to_string(given.status);
  if (is_redirect(given.status)) {
    if (const auto location = given.header("Location")) out += " to " + clean(redirect_target(*location), secrets, longest_message);
    return out + ", redirects are not followed";
  }
  if (const auto code = body.text_at(by.code_at)) out += " " + clean(*code, secrets, longest_code);
  if (const auto message = body.text_at(by.message_at)) out += ": " + clean(*message, secrets, longest_message);
  return out;
}

}  // namespace

std::string_view to_string(verdict value) noexcept {
  constexpr std::array<std::string_view, 6> words{"delivered", "retry", "wait", "rejected", "credential_refused", "outcome_unknown"};
  return words[static_cast<std::size_t>(value)];
}

std::optional<std::string_view> answer::header(std::string_view name) const noexcept {
  for (const answer_header& one : headers)
    if (equal_without_case(one.name, name)) return one.value;
  return std::nullopt;
}

judgement judge(const definition& by, const answer& given, bool appends, wall_time now) {
  const definition::parts& parts = by.inside();
  lazy_body body(given.body);
  const decision decided = decide(parts, given, body);
  judgement out;
  out.is = decided.is;
  out.reason = decided.reason;
  if (out.is == verdict::delivered) {
    out.leads_updated = body.count_at(parts.updated_at);
    return out;
  }
  if (out.is == verdict::retry && appends && leaves_open(given.status)) out.is = verdict::outcome_unknown;
  if (out.is == verdict::wait || out.is == verdict::retry)
    if (const auto value = given.header("Retry-After"); value && !is_redirect(given.status))
      out.retry_after = parse_retry_after(*value, now);
  out.detail = explain(parts, given, body, {});
  return out;
}

std::string explain_answer(const definition& by, const answer& given, std::span<const std::string> secrets) {
  lazy_body body(given.body);
  return explain(by.inside(), given, body, secrets);
}

}  // namespace leadrelay::providers
