// Orwel, `PATCH /api/v1/leads/{id}`, the id a UUID. Published: the fields, the answer `{data:{…}}`, errors `{error,message,details?}`
// with 400 401 403 404 429 500, `X-RateLimit-*` headers, `Retry-After` in seconds. Not published: whether the objects are merged or
// replaced; here they are replaced whole.
#include <array>

#include "base/text.hpp"
#include "sandbox/dialect.hpp"

namespace leadrelay::sandbox {
namespace {

constexpr std::array<std::string_view, 2> sequence_members{"properties", "seq"};

// What the page's lead has and an update cannot set.
constexpr std::string_view visitor_id = "\"660e8400-e29b-41d4-a716-446655440001\"";
constexpr std::string_view workspace_id = "\"770e8400-e29b-41d4-a716-446655440002\"";
constexpr std::string_view identity_id = "\"880e8400-e29b-41d4-a716-446655440003\"";
constexpr std::string_view session_id = "\"990e8400-e29b-41d4-a716-446655440004\"";

std::string_view word_of(failure what) {
  switch (what) {
    case failure::bad_body:
    case failure::bad_id:
    case failure::invalid: return "bad_request";
    case failure::unauthorized: return "unauthorized";
    case failure::forbidden: return "forbidden";
    case failure::not_found: return "not_found";
    case failure::conflict: return "conflict";
    case failure::method: return "method_not_allowed";
    case failure::limited: return "rate_limit_exceeded";
    case failure::internal: return "internal_error";
    case failure::unavailable: return "service_unavailable";
  }
  return "internal_error";
}

class orwel final : public dialect {
 public:
  explicit orwel(const provider_options& from) : unknown_pass_(from.unknown_fields_pass) {}

  std::string_view credential(const request& from) const override { return bearer_token(from.authorization); }

  bool valid_id(std::string_view id) const override { return is_uuid(id) || id.starts_with("missing"); }

  std::vector<violation> check(const json::value& body, std::string_view) const override {
    checks found(unknown_pass_);
    for (const auto& member : body.GetObject()) {
      const std::string_view name = json::text(member.name);
      if (name == "properties" || name == "location" || name == "summary") {
        if (!member.value.IsNull()) found.object(name, member.value);
      } else if (name == "company_id") {
        if (!member.value.IsNull()) found.uuid(name, member.value);
      } else {
        found.unknown(name);
      }
    }
    return found.take();
  }

  void apply(const json::value& body, lead& to) const override {
    for (const auto& member : body.GetObject()) to.set(json::text(member.name), json::serialize(member.value));
  }

  void write_lead(const lead& from, std::string& out) const override {
    out += '{';
    append_member(out, "id", from.quoted_id);
    append_member(out, "visitor_id", visitor_id);
    append_member(out, "workspace_id", workspace_id);
    append_member(out, "code", "\"lead_001\"");
    append_member(out, "source", "\"website\"");
    append_member(out, "created_at", quoted_whole_seconds(from.created));
    append_member(out, "updated_at", quoted_whole_seconds(from.updated));
    append_object(out, "properties", from);
    append_object(out, "location", from);
    append_member(out, "identity_id", identity_id);
    append_member(out, "session_id", session_id);
    append_object(out, "summary", from);
    append_member(out, "company_id", from.find("company_id"));
    out += '}';
  }

  void write_updated(std::span<const lead* const> leads, std::string_view, std::string& out) const override {
    out += "{\"data\":";
    write_lead(*leads.front(), out);
    out += '}';
  }

  failed fail(failure what, std::span<const violation> found, std::string_view) const override {
    failed answer{usual_status(what), plain_json, "{\"error\":"};
    append_json_text(answer.body, word_of(what));
    answer.body += ",\"message\":";
    append_json_text(answer.body, usual_message(what));
    if (!found.empty()) {
      answer.body += ",\"details\":";
      append_violations(answer.body, "field", found);
    }
    answer.body += '}';
    return answer;
  }

  std::span<const std::string_view> sequence_path() const override { return sequence_members; }
  bool sends_limit_headers() const override { return true; }
  bool sends_retry_after() const override { return true; }

 private:
  static void append_object(std::string& out, std::string_view name, const lead& from) {
    const std::string* json = from.find(name);
    append_member(out, name, json ? std::string_view(*json) : std::string_view("{}"));
  }

  bool unknown_pass_;
};

}  // namespace

std::unique_ptr<dialect> make_orwel(const provider_options& from) { return std::make_unique<orwel>(from); }

}  // namespace leadrelay::sandbox
