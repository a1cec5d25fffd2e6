#include "events/envelope.hpp"

#include <optional>
#include <string>
#include <utility>

#include "base/date_time.hpp"
#include "events/repeated_key.hpp"

namespace leadrelay::events {
namespace {

enum class presence { optional, required };

/// Takes the parts off an object of the envelope. The first problem is kept, and what follows it changes nothing.
class part_reader {
 public:
  part_reader(const json::value& object, std::string_view at, std::optional<problem>& found) : object_(object), at_(at), found_(found) {}

  /// A member that is absent or null is not there.
  const json::value* find(std::string_view name) const noexcept {
    const json::value* member = json::find(object_, name);
    return member && !member->IsNull() ? member : nullptr;
  }

  std::string_view text(std::string_view name, presence wanted) {
    const json::value* member = wanted == presence::required ? json::find(object_, name) : find(name);
    if (!member) return wanted == presence::required ? fail(name, "is missing, expected a string") : "";
    if (!member->IsString()) return fail(name, "is " + std::string(json::kind(*member)) + ", expected a string");
    if (member->GetStringLength() == 0) return fail(name, "is empty, expected at least one character");
    return json::text(*member);
  }

  const json::value* object(std::string_view name, presence wanted) {
    const json::value* member = wanted == presence::required ? json::find(object_, name) : find(name);
    if (!member) {
      if (wanted == presence::required) fail(name, "is missing, expected an object");
      return nullptr;
    }
    if (!member->IsObject()) {
      fail(name, "is " + std::string(json::kind(*member)) + ", expected an object");
      return nullptr;
    }
    if (const auto repeated = find_repeated_key(*member)) {
      fail(std::string(name) + "." + *repeated, "stands twice, expected once");
      return nullptr;
    }
    return member;
  }

  std::string_view fail(std::string_view name, std::string_view what) {
    if (!found_) found_ = problem{reason::invalid_event, std::string(at_) + std::string(name) + ": " + std::string(what)};
    return {};
  }

 private:
  const json::value& object_;
  std::string_view at_;
  std::optional<problem>& found_;
};

/// RFC 3339 section 5.6, of which the calendar and the clock are `parse_date_time`'s to check.
bool is_rfc3339(std::string_view text) noexcept {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't') || text[16] != ':') return false;
  const bool utc = text.back() == 'Z' || text.back() == 'z';
  return (utc || text[text.size() - 3] == ':') && parse_date_time(text).has_value();
}

lead_identity read_lead(const json::value& lead, std::string_view at, std::optional<problem>& found) {
  const std::string path = std::string(at) + "lead.";
  part_reader parts(lead, path, found);
  const lead_identity identity{parts.text("id", presence::optional), parts.text("email", presence::optional),
                               parts.text("phone", presence::optional)};
  if (identity.id.empty() && identity.email.empty() && identity.phone.empty())
    part_reader(lead, at, found).fail("lead", "names no lead, expected at least one of id, email and phone");
  return identity;
}

const json::value* unless_empty(const json::value* object) noexcept { return object && object->MemberCount() > 0 ? object : nullptr; }

void read_parts(const json::value& event, std::string_view at, lead_change& into, std::optional<problem>& found) {
  part_reader parts(event, at, found);
  into.id = parts.text("id", presence::required);
  into.account = parts.text("account", presence::required);
  into.occurred_at = parts.text("occurred_at", presence::optional);
  if (!into.occurred_at.empty() && !is_rfc3339(into.occurred_at))
    parts.fail("occurred_at", "is no RFC 3339 date-time, expected one such as 2026-11-21T10:00:00Z");
  if (const json::value* lead = parts.object("lead", presence::required)) into.lead = read_lead(*lead, at, found);
  into.changes = unless_empty(parts.object("changes", presence::optional));
  into.snapshot = parts.object("snapshot", presence::optional);
  into.native = unless_empty(parts.object("native", presence::optional));
  if (!into.changes && !into.native) parts.fail("changes", "is missing or empty and so is native, expected one that says what changed");
}

}  // namespace

outcome<lead_change> read_envelope(tree from, const json::value& event, std::string_view at) {
  if (!event.IsObject()) {
    const std::string name = at.empty() ? "the value" : std::string(at.substr(0, at.size() - 1));
    return problem{reason::invalid_event, name + ": is " + std::string(json::kind(event)) + ", expected an object"};
  }
  if (const auto repeated = find_repeated_key_here(event))
    return problem{reason::invalid_event, std::string(at) + *repeated + ": stands twice, expected once"};
  lead_change change;
  std::optional<problem> found;
  read_parts(event, at, change, found);
  if (found) return *std::move(found);
  change.memory = std::move(from.memory);
  change.numbers = std::move(from.numbers);
  change.document = std::move(from.document);
  return change;
}

}  // namespace leadrelay::events
