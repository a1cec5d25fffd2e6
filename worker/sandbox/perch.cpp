// Perch, `PATCH /v1/leads/{id}`. Published: the call, its header, the fields, the answer of 200, the form of errors
// (`{message, fields?:{name:[{code,message}]}}`) and their statuses 401 403 404 409 422 429 5xx; a body that is no JSON is 422 here,
// for 400 is not among them. Not published: whether `phone` and `clientData` are merged or replaced; here they are replaced whole.
#include <algorithm>
#include <array>

#include "sandbox/dialect.hpp"

namespace leadrelay::sandbox {
namespace {

constexpr std::array<std::string_view, 3> resource_types{"ClientProfile", "Firm", "FirmMember"};
constexpr std::array<std::string_view, 2> sequence_members{"clientData", "creditScoreEstimation"};

constexpr std::array<member_shape, 2> phone_members{{{"number", shape::text}, {"extension", shape::text}}};
constexpr std::array<member_shape, 6> client_members{{{"sin", shape::text},
                                                      {"prefix", shape::text},
                                                      {"citizenship", shape::text},
                                                      {"dateOfBirth", shape::date},
                                                      {"maritalStatus", shape::text},
                                                      {"creditScoreEstimation", shape::text}}};

class perch final : public dialect {
 public:
  explicit perch(const provider_options& from) : unknown_pass_(from.unknown_fields_pass), owner_required_(from.owner_required) {}

  std::string_view credential(const request& from) const override { return from.api_key; }

  std::vector<violation> check(const json::value& body, std::string_view) const override {
    checks found(unknown_pass_);
    for (const std::string_view name : {"email", "firstName", "lastName"}) require(found, body, name);
    if (owner_required_)
      for (const std::string_view name : {"resourceType", "resourceId"}) require(found, body, name);
    for (const auto& member : body.GetObject()) check_field(found, json::text(member.name), member.value);
    return found.take();
  }

  void apply(const json::value& body, lead& to) const override {
    for (const auto& member : body.GetObject()) to.set(json::text(member.name), json::serialize(member.value));
  }

  void fill_new(const json::value& body, lead& made) const override {
    if (!last_member(body, "resourceType")) made.set("resourceType", "\"Firm\"");
    if (!last_member(body, "resourceId")) made.set("resourceId", "\"qSBKZzUi\"");
  }

  void write_lead(const lead& from, std::string& out) const override {
    out += '{';
    append_member(out, "id", from.quoted_id);
    append_member(out, "createdAt", "\"" + from.created + "\"");
    append_member(out, "updatedAt", "\"" + from.updated + "\"");
    append_member(out, "deletedAt", nullptr);
    for (const std::string_view name : {"email", "firstName", "lastName", "phone", "clientData", "resourceType", "resourceId"})
      append_member(out, name, from.find(name));
    append_member(out, "referredByReferralCodeId", nullptr);
    append_member(out, "convertedAt", nullptr);
    out += '}';
  }

  void write_updated(std::span<const lead* const> leads, std::string_view, std::string& out) const override {
    out += "{\"data\":";
    write_lead(*leads.front(), out);
    out += '}';
  }

  failed fail(failure what, std::span<const violation> found, std::string_view) const override {
    failed answer{usual_status(what), plain_json, "{\"message\":"};
    if (what == failure::bad_body || what == failure::invalid) answer.status = 422;
    if (what == failure::bad_id) answer.status = 404;
    append_json_text(answer.body, usual_message(what));
    if (!found.empty()) append_fields(answer.body, found);
    answer.body += '}';
    return answer;
  }

  std::span<const std::string_view> sequence_path() const override { return sequence_members; }

 private:
  static void require(checks& found, const json::value& body, std::string_view name) {
    if (!last_member(body, name)) found.fail(name, "required", "is required");
  }

  static void check_field(checks& found, std::string_view name, const json::value& value) {
    if (name == "email") {
      found.email(name, value);
    } else if (name == "firstName" || name == "lastName" || name == "resourceId") {
      found.text(name, value);
    } else if (name == "resourceType") {
      found.one_of(name, value, resource_types);
    } else if (name == "phone") {
      if (!value.IsNull()) found.members(name, value, phone_members);
    } else if (name == "clientData") {
      if (!value.IsNull()) found.members(name, value, client_members);
    } else {
      found.unknown(name);
    }
  }

  static void append_fields(std::string& out, std::span<const violation> found) {
    out += ",\"fields\":{";
    std::vector<std::string_view> written;
    for (const violation& each : found) {
      if (std::find(written.begin(), written.end(), each.field) != written.end()) continue;
      written.push_back(each.field);
      if (written.size() > 1) out += ',';
      append_json_text(out, each.field);
      out += ":[";
      for (const violation& same : found) {
        if (same.field != each.field) continue;
        if (out.back() != '[') out += ',';
        out += "{\"code\":";
        append_json_text(out, same.code);
        out += ",\"message\":";
        append_json_text(out, same.message);
        out += '}';
      }
      out += ']';
    }
    out += '}';
  }

  bool unknown_pass_;
  bool owner_required_;
};

}  // namespace

std::unique_ptr<dialect> make_perch(const provider_options& from) { return std::make_unique<perch>(from); }

}  // namespace leadrelay::sandbox
