// Octanist, `PATCH /api/leads` with the identifiers in the body. Published: the fields, the priority id, email, phone, the table of
// error codes, the answer `{success,data:{leadId,leadsUpdated,message},meta}`. Not published: what `meta` holds, the codes of
// statuses that the table lacks, and what happens where a later identifier would match and the first does not; here the first one
// given decides. Notes are attached one after another, as a list `notes` of the lead.
#include <array>
#include <charconv>
#include <cmath>

#include "sandbox/dialect.hpp"

namespace leadrelay::sandbox {
namespace {

constexpr std::array<std::string_view, 3> identifiers{"id", "email", "phone"};
constexpr std::array<std::string_view, 3> statuses{"qualified", "won", "lost"};
constexpr std::array<std::string_view, 1> sequence_members{"value"};

/// The identifier's text; empty where it is absent, null or empty, which count alike.
std::string_view identifier(const json::value& body, std::string_view name) {
  const json::value* value = last_member(body, name);
  return value && value->IsString() ? json::text(*value) : std::string_view{};
}

std::optional<double> as_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::string number_json(std::string_view text) {
  const double number = *as_number(text);
  json::value converted;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc{} && end == text.data() + text.size()) {
    converted.SetInt64(whole);
  } else {
    converted.SetDouble(number);
  }
  return json::serialize(converted);
}

/// The new status: `status` takes precedence over its old alias. Null where the request has neither.
const json::value* status_of(const json::value& body) {
  const json::value* status = last_member(body, "status");
  return status ? status : last_member(body, "changedTo");
}

bool is_lost(const json::value& body, const lead& before) {
  if (const json::value* status = status_of(body)) return status->IsString() && json::text(*status) == "lost";
  const std::string* status = before.find("status");
  return status && *status == "\"lost\"";
}

/// The id of a lead that its email or phone alone has made: the same in every run (FNV-1a).
std::string id_for(std::string_view identifier_text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : identifier_text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16);
  return "lead_" + std::string(digits.data(), end);
}

std::string_view code_of(failure what) {
  switch (what) {
    case failure::bad_body:
    case failure::bad_id:
    case failure::invalid: return "VALIDATION_ERROR";
    case failure::unauthorized: return "UNAUTHORIZED";
    case failure::forbidden: return "FORBIDDEN";
    case failure::not_found: return "NOT_FOUND";
    case failure::conflict: return "CONFLICT";
    case failure::method: return "METHOD_NOT_ALLOWED";
    case failure::limited: return "RATE_LIMITED";
    case failure::internal: return "INTERNAL_ERROR";
    case failure::unavailable: return "SERVICE_UNAVAILABLE";
  }
  return "INTERNAL_ERROR";
}

void append_meta(std::string& out, std::string_view now_text) {
  out += ",\"meta\":{\"timestamp\":\"";
  out += now_text;
  out += "\"}}";
}

class octanist final : public dialect {
 public:
  explicit octanist(const provider_options& from) : unknown_pass_(from.unknown_fields_pass), bulk_updates_(from.bulk_updates) {}

  std::string_view credential(const request& from) const override { return from.api_key; }

  std::vector<violation> check(const json::value& body, std::string_view) const override {
    checks found(unknown_pass_);
    bool identified = false;
    for (const std::string_view name : identifiers) identified = identified || !identifier(body, name).empty();
    if (!identified) found.fail("id", "required", "at least one of id, email, or phone is required");
    for (const auto& member : body.GetObject()) check_field(found, json::text(member.name), member.value);
    return found.take();
  }

  match find_leads(const json::value& body, std::string_view path_id, book& in) const override {
    if (!path_id.empty() || !body.IsObject()) return dialect::find_leads(body, path_id, in);
    for (const std::string_view name : identifiers) {
      const std::string_view text = identifier(body, name);
      if (text.empty()) continue;
      return name == "id" ? dialect::find_leads(body, text, in) : find_by(name, text, in);
    }
    return {};
  }

  void apply(const json::value& body, lead& to) const override {
    const bool lost = is_lost(body, to);
    if (const json::value* status = status_of(body)) to.set("status", json::serialize(*status));
    if (const json::value* value = last_member(body, "value"))
      to.set("value", value->IsString() ? number_json(json::text(*value)) : json::serialize(*value));
    const json::value* reason = last_member(body, "lossReason");
    if (reason && lost) to.set("lossReason", json::serialize(*reason));
    if (const json::value* note = last_member(body, "note")) to.append_items("notes", "[" + json::serialize(*note) + "]");
  }

  void fill_new(const json::value& body, lead& made) const override {
    for (const std::string_view name : {"email", "phone"}) {
      const std::string_view text = identifier(body, name);
      if (text.empty()) continue;
      std::string quoted;
      append_json_text(quoted, text);
      made.set(name, std::move(quoted));
    }
  }

  std::string_view mistake(const json::value& body, const lead& before) const override {
    return last_member(body, "lossReason") && !is_lost(body, before) ? "octanist_loss_reason_ignored" : std::string_view{};
  }

  void write_lead(const lead& from, std::string& out) const override {
    out += '{';
    append_member(out, "id", from.quoted_id);
    append_member(out, "createdAt", "\"" + from.created + "\"");
    append_member(out, "updatedAt", "\"" + from.updated + "\"");
    append_fields(out, from);
    out += '}';
  }

  void write_updated(std::span<const lead* const> leads, std::string_view now_text, std::string& out) const override {
    out += "{\"success\":true,\"data\":{\"leadId\":";
    out += leads.front()->quoted_id;
    out += ",\"leadsUpdated\":";
    out += std::to_string(leads.size());
    out += ",\"message\":\"Lead updated successfully\"}";
    append_meta(out, now_text);
  }

  void write_read(const lead& from, std::string_view now_text, std::string& out) const override {
    out += "{\"success\":true,\"data\":";
    write_lead(from, out);
    append_meta(out, now_text);
  }

  failed fail(failure what, std::span<const violation> found, std::string_view now_text) const override {
    failed answer{usual_status(what), plain_json, "{\"success\":false,\"error\":{\"code\":"};
    append_json_text(answer.body, code_of(what));
    answer.body += ",\"message\":";
    const bool several = what == failure::conflict;
    append_json_text(answer.body, several ? "Multiple leads match; provide a more specific identifier." : usual_message(what));
    answer.body += ",\"details\":";
    append_details(answer.body, found);
    answer.body += '}';
    append_meta(answer.body, now_text);
    return answer;
  }

  std::span<const std::string_view> sequence_path() const override { return sequence_members; }

 private:
  match find_by(std::string_view name, std::string_view text, book& in) const {
    const bool made_to_be_several = name == "email" && text.starts_with("several");
    match found;
    found.leads = in.find_by(name, text);
    found.identity = found.leads.empty() ? id_for(text) : found.leads.front()->id;
    found.never_exists = text.starts_with("missing");
    found.several = !bulk_updates_ && (found.leads.size() > 1 || made_to_be_several);
    found.to_make = made_to_be_several ? 2 : 1;
    return found;
  }

  static void check_field(checks& found, std::string_view name, const json::value& value) {
    if (name == "note") {
      found.text(name, value);
    } else if (name == "id" || name == "email" || name == "phone" || name == "lossReason") {
      if (!value.IsNull()) found.text(name, value);
    } else if (name == "status" || name == "changedTo") {
      if (!value.IsNull()) found.one_of(name, value, statuses);
    } else if (name == "value") {
      if (value.IsString() ? !as_number(json::text(value)) : !value.IsNumber() && !value.IsNull())
        found.fail(name, "invalid_type", "must be a number or a numeric string");
    } else {
      found.unknown(name);
    }
  }

  static void append_details(std::string& out, std::span<const violation> found) {
    if (found.empty()) {
      out += "null";
      return;
    }
    append_violations(out, "path", found);
  }

  bool unknown_pass_;
  bool bulk_updates_;
};

}  // namespace

std::unique_ptr<dialect> make_octanist(const provider_options& from) { return std::make_unique<octanist>(from); }

}  // namespace leadrelay::sandbox
