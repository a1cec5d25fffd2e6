// Lead.pro, `PATCH /api/v103/leads/{id}`. Published: the call and its fields. Not published, and the sandbox's own choice: the
// success `{"id":…}`, errors as `{"message":…,"errors":{name:[message,…]}}`, 422 for a field and 400 for a body that is no JSON.
// `utm_gclid` stands in the example only. The questionnaire's size is that of the entries in the request, not of all there are.
#include <algorithm>
#include <array>

#include "sandbox/dialect.hpp"

namespace leadrelay::sandbox {
namespace {

constexpr std::size_t most_name = 50;
constexpr std::size_t most_address = 255;
constexpr std::size_t most_questionnaire_bytes = 2048;
constexpr std::size_t most_meta_bytes = 1024;

constexpr std::array<std::string_view, 2> names{"first_name", "last_name"};
constexpr std::array<std::string_view, 4> addresses{"address", "postcode", "advert_address", "advert_postcode"};
constexpr std::array<std::string_view, 7> texts{"status",      "utm_source", "utm_medium", "utm_campaign",
                                                "utm_content", "utm_term",   "utm_gclid"};
constexpr std::array<std::string_view, 2> sequence_members{"meta", "seq"};

template <std::size_t n>
bool among(const std::array<std::string_view, n>& words, std::string_view name) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

class leadpro final : public dialect {
 public:
  explicit leadpro(const provider_options& from) : unknown_pass_(from.unknown_fields_pass), office_ids_(from.office_ids) {}

  std::string_view credential(const request& from) const override { return from.api_key; }

  std::vector<violation> check(const json::value& body, std::string_view) const override {
    checks found(unknown_pass_);
    for (const std::string_view name : names)
      if (!last_member(body, name)) found.fail(name, "required", "is required");
    for (const auto& member : body.GetObject()) check_field(found, json::text(member.name), member.value);
    return found.take();
  }

  void apply(const json::value& body, lead& to) const override {
    for (const auto& member : body.GetObject()) {
      const std::string_view name = json::text(member.name);
      if (name == "questionnaire") {
        to.append_items(name, json::serialize(member.value));
      } else {
        to.set(name, json::serialize(member.value));
      }
    }
  }

  void write_lead(const lead& from, std::string& out) const override {
    out += '{';
    append_member(out, "id", from.quoted_id);
    append_member(out, "created_at", quoted_whole_seconds(from.created));
    append_member(out, "updated_at", quoted_whole_seconds(from.updated));
    append_fields(out, from);
    out += '}';
  }

  void write_updated(std::span<const lead* const> leads, std::string_view, std::string& out) const override {
    out += "{\"id\":";
    out += leads.front()->quoted_id;
    out += '}';
  }

  void write_read(const lead& from, std::string_view, std::string& out) const override { write_lead(from, out); }

  failed fail(failure what, std::span<const violation> found, std::string_view) const override {
    failed answer{usual_status(what), plain_json, "{\"message\":"};
    if (what == failure::invalid) answer.status = 422;
    if (what == failure::bad_id) answer.status = 404;
    append_json_text(answer.body, usual_message(what));
    if (!found.empty()) append_errors(answer.body, found);
    answer.body += '}';
    return answer;
  }

  std::span<const std::string_view> sequence_path() const override { return sequence_members; }

 private:
  void check_field(checks& found, std::string_view name, const json::value& value) const {
    if (among(names, name)) {
      found.text(name, value, 1, most_name);
    } else if (name == "questionnaire") {
      check_questionnaire(found, value);
    } else if (value.IsNull() && (among(addresses, name) || among(texts, name) || name == "office_id" || name == "gdpr_checkbox" ||
                                  name == "next_action_date" || name == "meta")) {
      return;
    } else if (among(addresses, name)) {
      found.text(name, value, 0, most_address);
    } else if (among(texts, name)) {
      found.text(name, value);
    } else if (name == "office_id") {
      check_office(found, value);
    } else if (name == "gdpr_checkbox") {
      found.boolean(name, value);
    } else if (name == "next_action_date") {
      found.iso8601(name, value);
    } else if (name == "meta") {
      check_meta(found, value);
    } else {
      found.unknown(name);
    }
  }

  void check_office(checks& found, const json::value& value) const {
    if (!found.number("office_id", value) || office_ids_.empty()) return;
    const bool known = value.IsInt64() && std::find(office_ids_.begin(), office_ids_.end(), value.GetInt64()) != office_ids_.end();
    if (!known) found.fail("office_id", "invalid_value", "must match an office ID");
  }

  static void check_questionnaire(checks& found, const json::value& value) {
    constexpr std::string_view name = "questionnaire";
    if (!value.IsArray()) {
      found.fail(name, "invalid_type", "must be an array");
      return;
    }
    for (const json::value& entry : value.GetArray()) {
      if (entry.IsArray() && entry.Size() == 2 && entry[0].IsString() && entry[1].IsString()) continue;
      found.fail(name, "invalid_type", "each value must be an array of two strings");
      break;
    }
    found.json_bytes(name, value, most_questionnaire_bytes);
  }

  static void check_meta(checks& found, const json::value& value) {
    if (!found.object("meta", value)) return;
    for (const auto& member : value.GetObject()) {
      if (member.value.IsString()) continue;
      found.fail("meta", "invalid_type", "must have only string values");
      break;
    }
    found.json_bytes("meta", value, most_meta_bytes);
  }

  static void append_errors(std::string& out, std::span<const violation> found) {
    out += ",\"errors\":{";
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i > 0 && found[i - 1].field == found[i].field) {
        out.pop_back();
        out += ',';
      } else {
        if (i > 0) out += ',';
        append_json_text(out, found[i].field);
        out += ":[";
      }
      append_json_text(out, found[i].message);
      out += ']';
    }
    out += '}';
  }

  bool unknown_pass_;
  std::vector<std::int64_t> office_ids_;
};

}  // namespace

std::unique_ptr<dialect> make_leadpro(const provider_options& from) { return std::make_unique<leadpro>(from); }

}  // namespace leadrelay::sandbox
