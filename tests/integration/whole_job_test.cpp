// The whole job at once: five accounts, a thousand leads, twenty changes each, a provider that fails now and then, and bad records
// among the good ones.
#include <array>
#include <map>

#include <gmock/gmock.h>
#include <rapidjson/pointer.h>

#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;

constexpr unsigned leads_per_account = 200;
constexpr unsigned changes_per_lead = 20;
constexpr unsigned bad_records = 200;

/// One provider's share of the job: what its events look like, and what its leads must be in the end.
struct stream {
  const char* provider;
  std::string (*lead_id)(unsigned lead);
  void (*fill)(lead_change& event, unsigned sequence);
  /// JSON pointers into the lead at the sandbox, with their JSON after the last change.
  std::map<std::string, std::string> end;
};

std::string plain_id(unsigned lead) { return "lead-" + std::to_string(lead); }

std::string text_of(unsigned number) { return std::to_string(number); }

void fill_perch(lead_change& event, unsigned sequence) {
  const std::string n = text_of(sequence);
  event.changes = R"({"credit_score":")" + n + R"(","first_name":"First )" + n + "\"}";
  event.snapshot = R"({"first_name":"First )" + n + R"(","last_name":"Last","email":"a@example.com","credit_score":")" + n + "\"}";
}

void fill_leadpro(lead_change& event, unsigned sequence) {
  const std::string n = text_of(sequence);
  event.changes = R"({"meta":{"seq":")" + n + R"("},"status":"Step )" + n + R"(","first_name":"Joe","last_name":"Bloggs"})";
}

void fill_octanist(lead_change& event, unsigned sequence) {
  event.changes = R"({"value":)" + text_of(sequence) + R"(,"status":)" + (sequence % 2 ? R"("won"})" : R"("qualified"})");
}

void fill_leadping(lead_change& event, unsigned sequence) {
  const std::string n = text_of(sequence);
  event.changes = R"({"external_id":")" + n + "\"}";
  event.snapshot = R"({"external_id":")" + n + R"(","first_name":"First )" + n + R"(","last_name":"Last"})";
}

void fill_orwel(lead_change& event, unsigned sequence) {
  event.native = R"({"properties":{"seq":)" + text_of(sequence) + R"(,"score":)" + text_of(sequence * 2) + "}}";
}

const std::array<stream, 5>& streams() {
  static const std::array<stream, 5> all{{
      {"perch",
       plain_id,
       fill_perch,
       {{"/clientData/creditScoreEstimation", "\"19\""}, {"/firstName", "\"First 19\""}, {"/lastName", "\"Last\""}}},
      {"leadpro", plain_id, fill_leadpro, {{"/meta/seq", "\"19\""}, {"/status", "\"Step 19\""}, {"/last_name", "\"Bloggs\""}}},
      {"octanist", plain_id, fill_octanist, {{"/value", "19"}, {"/status", "\"won\""}}},
      {"leadping", plain_id, fill_leadping, {{"/metadata/externalId", "\"19\""}, {"/contact/firstName", "\"First 19\""}}},
      {"orwel", uuid_of, fill_orwel, {{"/properties/seq", "19"}, {"/properties/score", "38"}}},
  }};
  return all;
}

std::string account_name(const stream& of) { return std::string("acme-") + of.provider; }

lead_change good_change(const stream& of, unsigned lead, unsigned sequence) {
  lead_change event;
  event.id = std::string(of.provider) + "-" + std::to_string(lead) + "-" + std::to_string(sequence);
  event.account = account_name(of);
  event.lead_id = of.lead_id(lead);
  of.fill(event, sequence);
  return event;
}

struct bad_record {
  kafka_record record;
  std::string reason;
};

bad_record make_bad(unsigned number) {
  lead_change event{"bad-" + std::to_string(number), "acme-octanist", plain_id(number), R"({"value":1})", "", ""};
  std::string reason;
  std::optional<std::string> value;
  switch (number % 8) {
    case 0: value = event.json().substr(0, 40 + number % 60), reason = "undecodable"; break;
    case 1: event.account = "nobody", reason = "unknown_account"; break;
    case 2: event.changes = R"({"height":180})", reason = "unmapped_field"; break;
    case 3: event.account = "acme-perch", event.changes = R"({"first_name":"Only"})", reason = "missing_required"; break;
    case 4: event.changes = R"({"status":"maybe"})", reason = "invalid_field"; break;
    case 5:
      value = R"({"account":"acme-octanist","lead":{"id":"x"},"changes":{"value":1},"n":)" + std::to_string(number) + "}",
      reason = "invalid_event";
      break;
    case 6: reason = "invalid_event"; break;
    case 7: event.account = "acme-leadping", event.changes = R"({"external_id":"1"})", reason = "missing_required"; break;
  }
  if (!value && number % 8 != 6) value = event.json();
  return {{"bad/" + std::to_string(number), value, {{"trace", std::to_string(number)}}}, reason};
}

/// Writes everything, the bad records spread among the good; returns the bad ones by key.
std::map<std::string, bad_record> write_all(scenario& world) {
  std::map<std::string, bad_record> bad;
  const unsigned between = changes_per_lead * leads_per_account * static_cast<unsigned>(streams().size()) / bad_records;
  unsigned written = 0;
  for (unsigned sequence = 0; sequence < changes_per_lead; ++sequence)
    for (unsigned lead = 0; lead < leads_per_account; ++lead)
      for (const stream& each : streams()) {
        world.writer().write(world.topic(), good_change(each, lead, sequence).record());
        if (++written % between != 0) continue;
        bad_record made = make_bad(static_cast<unsigned>(bad.size()));
        world.writer().write(world.topic(), made.record);
        bad.emplace(*made.record.key, std::move(made));
      }
  world.writer().flush();
  return bad;
}

worker_config five_accounts(const scenario& world) {
  std::vector<account_config> accounts;
  for (const stream& each : streams()) {
    accounts.push_back(world.account(account_name(each), each.provider));
    accounts.back().concurrency = 64;
  }
  accounts.front().more["defaults"] = "{ resourceType: Firm, resourceId: qSBKZzUi }";
  return world.config(std::move(accounts));
}

/// What is not as it should be at the sandbox, a line for each of the first few.
std::vector<std::string> wrong_leads(const scenario& world, const stream& of) {
  const json::document leads = world.sandbox().leads(of.provider);
  std::vector<std::string> wrong;
  if (leads.MemberCount() != leads_per_account) wrong.push_back(std::to_string(leads.MemberCount()) + " leads");
  for (unsigned lead = 0; lead < leads_per_account && wrong.size() < 5; ++lead) {
    const json::value* state = json::find(leads, of.lead_id(lead));
    for (const auto& [pointer, expected] : of.end) {
      const json::value* found = state ? rapidjson::Pointer(pointer.c_str()).Get(*state) : nullptr;
      const std::string text = found ? json::serialize(*found) : "nothing";
      if (text != expected) wrong.push_back(of.lead_id(lead) + pointer + ": " + text + ", not " + expected);
    }
  }
  return wrong;
}

void expect_dead_letters(const scenario& world, const std::map<std::string, bad_record>& bad) {
  const std::vector<kafka_record> dead = world.dead_letters();
  EXPECT_EQ(dead.size(), bad.size());
  std::map<std::string, int> seen;
  for (const kafka_record& letter : dead) {
    const std::string key = letter.key.value_or("(no key)");
    ASSERT_TRUE(bad.contains(key)) << key << ": " << letter.header("leadrelay.reason").value_or("") << ": "
                                   << letter.header("leadrelay.detail").value_or("");
    const bad_record& expected = bad.at(key);
    EXPECT_EQ(letter.header("leadrelay.reason"), expected.reason) << key << ": " << letter.header("leadrelay.detail").value_or("");
    EXPECT_EQ(letter.value, expected.record.value) << key;
    EXPECT_EQ(letter.header("trace"), expected.record.header("trace")) << key;
    EXPECT_EQ(letter.header("leadrelay.topic"), world.topic());
    EXPECT_EQ(++seen[key], 1) << key;
  }
}

TEST(whole_job, five_accounts_under_faults_end_in_the_right_state_with_exactly_the_bad_records_dead) {
  scenario world("whole-job", 8);
  world.sandbox().set_faults(R"({"all":{"status_503":8,"status_429":3,"retry_after_s":0,"reset_before":1},)"
                             R"("leadping":{"status_503":8,"status_429":1,"retry_after_s":1,"reset_before":1},"seed":20261121})");
  const auto bad = write_all(world);
  worker_process worker(five_accounts(world));
  ASSERT_TRUE(eventually(
      seconds{240}, [&] { return world.lag() == 0; }, std::chrono::milliseconds{250}))
      << "lag " << world.lag() << "\n"
      << worker.log();

  for (const stream& each : streams()) {
    SCOPED_TRACE(each.provider);
    EXPECT_TRUE(eventually(seconds{20}, [&] { return wrong_leads(world, each).empty(); }));
    EXPECT_THAT(wrong_leads(world, each), testing::IsEmpty());
    EXPECT_EQ(world.sandbox().count(each.provider, "order_violations"), 0u);
    EXPECT_EQ(world.sandbox().count(each.provider, "overlaps"), 0u);
    EXPECT_EQ(world.sandbox().count(each.provider, "repeats"), 0u);
  }
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  EXPECT_EQ(world.lag(), 0);
  expect_dead_letters(world, bad);
}

}  // namespace
}  // namespace leadrelay::integration
