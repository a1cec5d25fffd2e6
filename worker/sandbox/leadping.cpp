// Leadping, `PUT /leads/{id}`: the lead is replaced as a whole, but for its id and the time it was made. Published: the call, the
// shapes of the nested objects (by the example), the lead as the answer, problem details (RFC 9457) with the content type sometimes
// plain JSON, statuses 400 401 403 404 429, `Retry-After` in seconds. `id` alone is published as nullable, so the three objects may
// not be null; their members may. Not published: an `id` in the body other than the path's; here it is refused.
#include <algorithm>
#include <array>

#include "sandbox/dialect.hpp"

namespace leadrelay::sandbox {
namespace {

constexpr std::array<member_shape, 14> metadata_members{{{"trustedFormUrl", shape::text},
                                                         {"utmSource", shape::text},
                                                         {"utmMedium", shape::text},
                                                         {"utmCampaign", shape::text},
                                                         {"referrer", shape::text},
                                                         {"landingPage", shape::text},
                                                         {"subId", shape::text},
                                                         {"pubId", shape::text},
                                                         {"ipAddress", shape::text},
                                                         {"userAgent", shape::text},
                                                         {"externalId", shape::text},
                                                         {"createdAt", shape::date_time},
                                                         {"price", shape::number},
                                                         {"userId", shape::text}}};

constexpr std::array<member_shape, 9> address_members{{{"line1", shape::text},
                                                       {"line2", shape::text},
                                                       {"city", shape::text},
                                                       {"state", shape::text},
                                                       {"province", shape::text},
                                                       {"region", shape::text},
                                                       {"postalCode", shape::text},
                                                       {"country", shape::text},
                                                       {"additionalInfo", shape::text}}};

constexpr std::array<member_shape, 3> location_members{{{"location", shape::text}, {"state", shape::text}, {"countryCode", shape::text}}};

constexpr std::array<member_shape, 6> lookup_members{{{"id", shape::text},
                                                      {"createdAt", shape::date_time},
                                                      {"modifiedAt", shape::date_time},
                                                      {"number", shape::text},
                                                      {"isValid", shape::boolean},
                                                      {"location", shape::object, location_members}}};

constexpr std::array<member_shape, 2> phone_members{{{"number", shape::text}, {"lookup", shape::object, lookup_members}}};

constexpr std::array<member_shape, 5> contact_members{{{"firstName", shape::text},
                                                       {"lastName", shape::text},
                                                       {"streetAddress", shape::object, address_members},
                                                       {"phone", shape::object, phone_members},
                                                       {"email", shape::text}}};

constexpr std::array<member_shape, 10> customer_members{{{"height", shape::number},
                                                         {"weight", shape::number},
                                                         {"birthDate", shape::date},
                                                         {"income", shape::number},
                                                         {"isHomeowner", shape::boolean},
                                                         {"monthsAtResidence", shape::number},
                                                         {"creditScore", shape::number},
                                                         {"hasBankruptcy", shape::boolean},
                                                         {"numberOfDependents", shape::number},
                                                         {"hasMedicalCondition", shape::boolean}}};

constexpr std::array<std::string_view, 2> sequence_members{"metadata", "externalId"};

std::string_view title_of(failure what) {
  switch (usual_status(what)) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

class leadping final : public dialect {
 public:
  explicit leadping(const provider_options& from) : unknown_pass_(from.unknown_fields_pass) {}

  std::string_view credential(const request& from) const override { return bearer_token(from.authorization); }

  bool updates_with(std::string_view method) const override { return method == "PUT"; }

  std::vector<violation> check(const json::value& body, std::string_view path_id) const override {
    checks found(unknown_pass_);
    for (const auto& member : body.GetObject()) {
      const std::string_view name = json::text(member.name);
      if (name == "id") {
        if (!member.value.IsNull() && found.text(name, member.value) && json::text(member.value) != path_id)
          found.fail(name, "invalid_value", "must be the id of the path");
      } else if (name == "metadata") {
        found.members(name, member.value, metadata_members);
      } else if (name == "contact") {
        found.members(name, member.value, contact_members);
      } else if (name == "customer") {
        found.members(name, member.value, customer_members);
      } else {
        found.unknown(name);
      }
    }
    return found.take();
  }

  void apply(const json::value& body, lead& to) const override {
    to.fields.clear();
    for (const auto& member : body.GetObject())
      if (json::text(member.name) != "id") to.set(json::text(member.name), json::serialize(member.value));
  }

  void write_lead(const lead& from, std::string& out) const override {
    out += '{';
    append_member(out, "id", from.quoted_id);
    append_member(out, "createdAt", quoted_whole_seconds(from.created));
    append_member(out, "modifiedAt", quoted_whole_seconds(from.updated));
    for (const std::string_view name : {"metadata", "contact", "customer"})
      if (const std::string* json = from.find(name)) append_member(out, name, json);
    out += '}';
  }

  void write_updated(std::span<const lead* const> leads, std::string_view, std::string& out) const override {
    write_lead(*leads.front(), out);
  }

  failed fail(failure what, std::span<const violation> found, std::string_view) const override {
    const bool plain = what == failure::unauthorized || what == failure::forbidden;
    failed answer{usual_status(what), plain ? plain_json : problem_json, "{\"type\":\"about:blank\",\"title\":"};
    append_json_text(answer.body, title_of(what));
    answer.body += ",\"status\":" + std::to_string(answer.status) + ",\"detail\":";
    append_json_text(answer.body, usual_message(what));
    if (!found.empty()) append_errors(answer.body, found);
    answer.body += '}';
    return answer;
  }

  std::span<const std::string_view> sequence_path() const override { return sequence_members; }
  bool sends_retry_after() const override { return true; }

 private:
  static void append_errors(std::string& out, std::span<const violation> found) {
    out += ",\"errors\":[";
    for (const violation& each : found) {
      if (out.back() != '[') out += ',';
      out += "{\"pointer\":";
      std::string pointer = "#/" + each.field;
      std::replace(pointer.begin(), pointer.end(), '.', '/');
      append_json_text(out, pointer);
      out += ",\"detail\":";
      append_json_text(out, each.message);
      out += '}';
    }
    out += ']';
  }

  bool unknown_pass_;
};

}  // namespace

std::unique_ptr<dialect> make_leadping(const provider_options& from) { return std::make_unique<leadping>(from); }

}  // namespace leadrelay::sandbox
