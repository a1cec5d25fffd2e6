#include "cli/dead_letter_page.hpp"

#include <charconv>
#include <set>

#include "base/date_time.hpp"
#include "base/text.hpp"
#include "cli/json_object.hpp"
#include "events/decode.hpp"
#include "providers/judge.hpp"
#include "providers/mask.hpp"
#include "sink/dead_letter.hpp"

namespace leadrelay::cli {
namespace {

constexpr std::size_t longest_text = 4096;

std::string time_text(std::int64_t ms) { return ms < 0 ? "" : format_date_time(wall_time(std::chrono::milliseconds(ms))); }

std::string header_text(const events::record& of, std::string_view name) {
  return printable(of.header_value("leadrelay." + std::string(name)).value_or(""), longest_text);
}

std::optional<unsigned> status_of(const events::record& of) {
  const std::string_view text = of.header_value("leadrelay.http_status").value_or("");
  unsigned out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out >= 100 && out <= 599 ? std::optional(out) : std::nullopt;
}

/// The fields that the letter is about: those that the event changes, and those that its detail names.
bool is_about(std::string_view field, const std::set<std::string, std::less<>>& changed, std::string_view detail) {
  const std::string_view whole = field.substr(0, field.find('.'));
  return changed.contains(whole) || detail.find("`" + std::string(field) + "`") != std::string_view::npos ||
         detail.find(" " + std::string(field) + ":") != std::string_view::npos || detail.starts_with(std::string(field) + ":");
}

std::string verdict_text(const providers::judgement& of) {
  if (of.is == providers::verdict::rejected) return "a dead letter " + std::string(to_string(of.reason));
  return std::string(to_string(of.is));
}

}  // namespace

dead_letter_page::dead_letter_page(const config::configuration& by, const dead_letters::read_letter_record& one, bool replayed, bool reveal)
    : one_(one),
      replayed_(replayed),
      reveal_(reveal),
      request_(explain_record(by, index_accounts(by), one.record(), reveal)) {
  read_event(by);
}

void dead_letter_page::read_event(const config::configuration& by) {
  const events::record& record = one_.record();
  const auto change = events::decode(record);
  if (!change) {
    unreadable_ = std::string(to_string(change.error().reason)) + ": " + change.error().detail;
    if (reveal_ && record.value) event_ = printable(*record.value, record.value->size());
    return;
  }
  const auto known = index_accounts(by);
  const auto account = known.find(change->account);
  const providers::plan* const plan = account == known.end() ? nullptr : &account->second->plan;
  event_ = reveal_ ? json::serialize(*change->document) : providers::masked_event(*change, plan);
  if (plan) ask_definition(*account->second, *change);
}

void dead_letter_page::ask_definition(const config::account& account, const events::lead_change& change) {
  const providers::definition& definition = account.plan.definition();
  const events::record& record = one_.record();
  if (const auto status = status_of(record)) {
    const std::string_view body = record.header_value("leadrelay.response").value_or("");
    const wall_time at{std::chrono::milliseconds(record.timestamp_ms)};
    const auto judged = judge(definition, {.status = *status, .headers = {}, .body = body}, request_ && request_->request.appends, at);
    definition_.push_back("HTTP " + std::to_string(*status) + ": " + verdict_text(judged));
  }
  std::set<std::string, std::less<>> changed;
  if (change.changes)
    for (const auto& member : change.changes->GetObject()) changed.emplace(json::text(member.name));
  std::string_view facts;
  const std::string all = definition.describe();
  for (facts = all; !facts.empty(); facts.remove_prefix(facts.find('\n') + 1)) {
    const std::string_view line = facts.substr(0, facts.find('\n'));
    const bool is_field = line.starts_with("field: ") && is_about(line.substr(7, line.find(" -> ") - 7), changed, one_.says().detail);
    if (is_field || line.starts_with("call: ") || line.starts_with("writes: ") || line.starts_with("repeatable: "))
      definition_.emplace_back(line);
  }
}

// --- Shown ------------------------------------------------------------------------------------------------------------------------------

std::string dead_letter_page::key_text() const {
  const auto& key = one_.record().key;
  if (!key) return "none";
  return reveal_ ? printable(*key, longest_text) : std::to_string(key->size()) + " bytes";
}

/// What a header holds may be anything.
std::string dead_letter_page::headers_text() const {
  std::string out;
  for (const events::header& each : one_.record().headers) {
    if (sink::is_context_header(each.name)) continue;
    out += (out.empty() ? "" : ", ") + printable(each.name);
    if (reveal_ && each.value) out += ": " + printable(*each.value);
  }
  return out;
}

std::string dead_letter_page::text(const std::string& topic) const {
  const events::record& record = one_.record();
  const dead_letters::letter& says = one_.says();
  std::string out = "dead letter " + std::to_string(record.partition) + ":" + std::to_string(record.offset) + " of " + topic + ", " +
                    time_text(record.timestamp_ms) + "\n";
  const auto add = [&out](std::string name, const std::string& value) {
    name.resize(10, ' ');
    if (!value.empty()) out += name + value + "\n";
  };
  const auto of_header = [&](const char* name) { return header_text(record, name); };
  add("reason", says.reason ? std::string(to_string(*says.reason)) + ": " + of_header("detail") : "none: no dead letter of Leadrelay");
  add("account", printable(one_.account()) + (says.provider.empty() ? "" : ", provider " + printable(says.provider)));
  add("event", printable(one_.event_id()));
  add("lead", one_.lead() ? printable(one_.lead()->shown()) : "");
  if (says.source) {
    const std::string written = of_header("timestamp");
    add("source", printable(to_string(*says.source), longest_text) + (written.empty() ? "" : ", written " + written));
  }
  if (says.first) add("", "first at " + printable(to_string(*says.first), longest_text));
  add("attempts", of_header("attempts") + (of_header("first_attempt").empty() ? "" : ", the first " + of_header("first_attempt")) +
                      (of_header("last_attempt").empty() ? "" : ", the last " + of_header("last_attempt")));
  add("answer", of_header("http_status").empty() ? "" : "HTTP " + of_header("http_status") + " " + of_header("response"));
  add("replays",
      std::to_string(says.replays) + " before this letter; this letter " + (replayed_ ? "has been replayed" : "has not been replayed"));
  add("key", key_text());
  add("headers", headers_text());
  if (says.truncated) add("value", "the first part of " + std::to_string(*says.truncated) + " bytes; the whole is in the source");
  out += "\nThe event" + std::string(reveal_ ? "" : ", masked") + ":\n";
  if (!unreadable_.empty()) out += "it cannot be read: " + unreadable_ + (reveal_ ? "" : "; --reveal shows its bytes") + "\n";
  if (!event_.empty()) out += printable(event_, event_.size()) + "\n";  // JSON escapes no C1
  out += "\nThe request that it becomes by the configuration as it is now:\n" + (request_ ? text_of(*request_) : text_of(request_.error()));
  if (definition_.empty()) return out;
  out += "\nWhat the definition of " + account_provider() + " says:\n";
  for (const std::string& line : definition_) out += line + "\n";
  return out;
}

std::string dead_letter_page::account_provider() const { return request_ ? request_->account->plan.definition().name() : "the provider"; }

std::string dead_letter_page::json(const std::string& topic) const {
  const events::record& record = one_.record();
  const dead_letters::letter& says = one_.says();
  json_object out;
  out.add("topic", topic).add("partition", record.partition).add("offset", record.offset).add("time", time_text(record.timestamp_ms));
  out.add("reason", says.reason ? to_string(*says.reason) : "").add("account", printable(one_.account()));
  for (const char* name : {"detail", "provider", "event_id", "attempts", "first_attempt", "last_attempt", "http_status", "response"})
    out.add(name, header_text(record, name));
  if (one_.lead()) out.add("lead", printable(one_.lead()->shown()));
  if (says.source) {
    json_object source;
    source.add("topic", printable(says.source->topic, longest_text));
    source.add("partition", says.source->partition).add("offset", says.source->offset);
    out.add_raw("source", source.add("time", header_text(record, "timestamp")).text());
  }
  if (says.first) out.add("replayed_from", printable(to_string(*says.first), longest_text));
  out.add("replays", says.replays).add_flag("replayed", replayed_).add("key", key_text()).add("headers", headers_text());
  if (says.truncated) out.add("truncated", static_cast<std::int64_t>(*says.truncated));
  if (!unreadable_.empty())
    out.add("unreadable", unreadable_).add("bytes", event_);
  else
    out.add_raw("event", event_);
  out.add_raw("request", request_ ? json_of(*request_) : json_of(request_.error()));
  std::string lines;
  for (const std::string& line : definition_) {
    lines += lines.empty() ? "[" : ",";
    json::append_quoted(lines, line);
  }
  if (!lines.empty()) out.add_raw("definition", lines + "]");
  return out.text();
}

}  // namespace leadrelay::cli
