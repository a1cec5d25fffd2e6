#include <array>
#include <cstdio>

#include "base/json.hpp"
#include "demo/stream.hpp"

// The changes of a lead at each provider, in the canonical vocabulary, beside what the provider must hold afterwards.
namespace leadrelay::demo {
namespace {

constexpr std::array<std::string_view, 10> first_names{"Amya", "Joe", "Zoë", "Ngozi", "Søren", "María", "Yuki", "Liam", "Aïcha", "Olga"};
constexpr std::array<std::string_view, 10> last_names{"Williamson", "Bloggs",   "García", "Okafor",  "Sørensen",
                                                      "Tanaka",     "O'Connor", "Haddad", "Ivanova", "Müller"};
constexpr std::array<std::string_view, 4> stages{"new", "contacted", "viewing", "offer"};

std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

/// The parts of one change: canonical changes and snapshot, or the provider's own shape.
struct change_parts {
  std::string changes;
  std::string snapshot;
  std::string native;
};

using expected_fields = std::map<std::string, std::string>;

std::string names(const demo_lead& lead) {
  return R"("first_name":)" + quoted(lead.first_name) + R"(,"last_name":)" + quoted(lead.last_name);
}

change_parts change_at_perch(const demo_lead& lead, expected_fields& expected, std::mt19937_64& random) {
  const std::string email = quoted("client+" + lead.id + "@example.com");
  const std::string score = quoted(std::to_string(lead.changes));
  // Perch replaces `clientData` as a whole: every change gives all of it, so that changes which went together end alike.
  const std::string client = R"("marital_status":"Married","credit_score":)" + score;
  expected["clientData"] = R"({"maritalStatus":"Married","creditScoreEstimation":)" + score + "}";
  expected["firstName"] = quoted(lead.first_name);
  expected["lastName"] = quoted(lead.last_name);
  expected["email"] = email;
  if (random() % 2 == 0) {
    const std::string phone = R"({"number":"29256)" + std::to_string(10000 + random() % 90000) + R"(","extension":"562"})";
    expected["phone"] = phone;
    return {"{" + names(lead) + R"(,"email":)" + email + R"(,"phone":)" + phone + "," + client + "}", {}, {}};
  }
  return {"{" + client + "}", "{" + names(lead) + R"(,"email":)" + email + "}", {}};
}

change_parts change_at_leadpro(const demo_lead& lead, expected_fields& expected, std::mt19937_64& random) {
  const std::string meta = R"({"seq":)" + quoted(std::to_string(lead.changes)) + "}";
  const std::string status = quoted(stages[random() % stages.size()]);
  expected["first_name"] = quoted(lead.first_name);
  expected["last_name"] = quoted(lead.last_name);
  expected["meta"] = meta;
  expected["status"] = status;
  if (random() % 3 == 0) {
    expected["next_action_date"] = R"("2026-12-01T10:00:00Z")";
    return {
        R"({"status":)" + status + R"(,"meta":)" + meta + R"(,"next_action_date":"2026-12-01T10:00:00Z"})", "{" + names(lead) + "}", {}};
  }
  return {R"({"status":)" + status + R"(,"meta":)" + meta + "}", "{" + names(lead) + "}", {}};
}

change_parts change_at_octanist(const demo_lead& lead, expected_fields& expected, std::mt19937_64& random) {
  const std::string value = std::to_string(lead.changes);
  expected["value"] = value;
  if (random() % 4 == 0) {
    expected["status"] = R"("lost")";
    expected["lossReason"] = R"("budget")";
    return {R"({"status":"lost","loss_reason":"budget","value":)" + value + "}", {}, {}};
  }
  expected["status"] = R"("qualified")";
  const std::string note = random() % 5 == 0 ? R"(,"note":"called back")" : "";
  return {R"({"status":"qualified","value":)" + value + note + "}", {}, {}};
}

change_parts change_at_leadping(const demo_lead& lead, expected_fields& expected, std::mt19937_64& random) {
  const std::string number = quoted(std::to_string(lead.changes));
  const std::string income = std::to_string(30000 + random() % 50000);
  expected["contact"] = R"({"firstName":)" + quoted(lead.first_name) + R"(,"lastName":)" + quoted(lead.last_name) + "}";
  expected["customer"] = R"({"income":)" + income + R"(,"isHomeowner":true})";
  expected["metadata"] = R"({"externalId":)" + number + "}";
  return {R"({"external_id":)" + number + R"(,"income":)" + income + "}",
          "{" + names(lead) + R"(,"is_homeowner":true,"income":)" + income + R"(,"external_id":)" + number + "}",
          {}};
}

change_parts change_at_orwel(const demo_lead& lead, expected_fields& expected, std::mt19937_64& random) {
  const std::string properties =
      R"({"status":"qualified","score":)" + std::to_string(random() % 100) + R"(,"seq":)" + std::to_string(lead.changes) + "}";
  expected["properties"] = properties;
  if (random() % 2 == 0) {
    expected["summary"] = R"({"notes":"High priority lead"})";
    return {R"({"properties":)" + properties + R"(,"summary":{"notes":"High priority lead"}})", {}, {}};
  }
  return {{}, {}, R"({"properties":)" + properties + "}"};
}

change_parts change_of(demo_lead& lead, std::mt19937_64& random) {
  switch (lead.provider) {
    case sandbox::provider::perch: return change_at_perch(lead, lead.expected, random);
    case sandbox::provider::leadpro: return change_at_leadpro(lead, lead.expected, random);
    case sandbox::provider::octanist: return change_at_octanist(lead, lead.expected, random);
    case sandbox::provider::leadping: return change_at_leadping(lead, lead.expected, random);
    case sandbox::provider::orwel: return change_at_orwel(lead, lead.expected, random);
  }
  return {};
}

}  // namespace

demo_lead make_lead(sandbox::provider of, int number, std::mt19937_64& random) {
  demo_lead lead;
  lead.provider = of;
  lead.id = std::string(to_string(of)) + "-" + std::to_string(number);
  if (of == sandbox::provider::orwel) {
    std::array<char, 37> uuid{};
    std::snprintf(uuid.data(), uuid.size(), "550e8400-e29b-41d4-a716-%012d", number);
    lead.id = uuid.data();
  }
  lead.first_name = first_names[random() % first_names.size()];
  lead.last_name = last_names[random() % last_names.size()];
  return lead;
}

std::string make_change(demo_lead& lead, std::uint64_t event, std::mt19937_64& random) {
  ++lead.changes;
  const change_parts parts = change_of(lead, random);
  std::string out = R"({"id":"demo-)" + std::to_string(event) + R"(","account":)" + quoted(account_name(lead.provider)) +
                    R"(,"occurred_at":"2026-11-21T10:00:00Z","lead":{"id":)" + quoted(lead.id) + "}";
  if (!parts.changes.empty()) out += R"(,"changes":)" + parts.changes;
  if (!parts.snapshot.empty()) out += R"(,"snapshot":)" + parts.snapshot;
  if (!parts.native.empty()) out += R"(,"native":)" + parts.native;
  return out + "}";
}

}  // namespace leadrelay::demo
