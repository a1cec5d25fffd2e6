// A lead change in Protobuf is delivered as its JSON twin is.
#include <gmock/gmock.h>

#include "leadrelay/v1/lead_change.pb.h"
#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;

leadrelay::v1::LeadChange protobuf_change() {
  leadrelay::v1::LeadChange event;
  event.set_id("protobuf-1");
  event.set_account("acme");
  event.set_occurred_at("2026-11-21T10:00:00Z");
  event.mutable_lead()->set_id("from-protobuf");
  auto& changes = *event.mutable_changes();
  changes.set_first_name("Amya");
  changes.set_last_name("Williamson");
  changes.set_email("amya@example.com");
  changes.mutable_phone()->set_number("2925655632");
  changes.mutable_phone()->set_extension("562");
  changes.mutable_credit_score()->set_text("142");
  changes.set_date_of_birth("1987-07-13");
  changes.add_cleared("citizenship");
  return event;
}

lead_change json_twin() {
  return {"json-1",
          "acme",
          "from-json",
          R"({"first_name":"Amya","last_name":"Williamson","email":"amya@example.com","phone":{"number":"2925655632","extension":"562"},)"
          R"("credit_score":"142","date_of_birth":"1987-07-13","citizenship":null})",
          "",
          ""};
}

kafka_record protobuf_record(const leadrelay::v1::LeadChange& event) {
  kafka_record record;
  record.key = event.lead().id();
  record.value = event.SerializeAsString();
  record.headers = {{"content-type", "application/protobuf"}};
  return record;
}

/// The lead without what differs by nature.
std::string without_identity(const json::value& lead) {
  json::document copy;
  copy.CopyFrom(lead, copy.GetAllocator());
  for (const char* name : {"id", "createdAt", "updatedAt"}) copy.RemoveMember(name);
  return json::serialize(copy);
}

TEST(protobuf, change_in_protobuf_is_delivered_as_its_json_twin) {
  scenario world("protobuf");
  world.writer().write(world.topic(), protobuf_record(protobuf_change()));
  world.writer().write(world.topic(), json_twin().record());
  world.writer().flush();

  worker_process worker(world.config({world.account("acme", "perch")}));
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();

  EXPECT_EQ(count_by_reason(world.dead_letters()), (std::map<std::string, int>{}));
  const json::document leads = world.sandbox().leads("perch");
  ASSERT_TRUE(leads.HasMember("from-protobuf"));
  ASSERT_TRUE(leads.HasMember("from-json"));
  EXPECT_EQ(without_identity(leads["from-protobuf"]), without_identity(leads["from-json"]));
  EXPECT_EQ(json::text(leads["from-protobuf"]["phone"]["extension"]), "562");
  EXPECT_EQ(worker.stop().code, 0);
}

TEST(protobuf, broken_protobuf_is_undecodable_with_its_bytes) {
  scenario world("protobuf-broken");
  kafka_record broken = protobuf_record(protobuf_change());
  broken.value = broken.value->substr(0, broken.value->size() - 3);
  kafka_record json_said_to_be_protobuf = json_twin().record();
  json_said_to_be_protobuf.headers = {{"content-type", "application/protobuf"}};
  world.writer().write(world.topic(), broken);
  world.writer().write(world.topic(), json_said_to_be_protobuf);
  world.writer().flush();

  worker_process worker(world.config({world.account("acme", "perch")}));
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();

  const auto dead = world.dead_letters();
  EXPECT_EQ(count_by_reason(dead), (std::map<std::string, int>{{"undecodable", 2}}));
  for (const kafka_record& letter : dead) EXPECT_TRUE(letter.value == broken.value || letter.value == json_said_to_be_protobuf.value);
  EXPECT_EQ(world.sandbox().count("perch", "requests"), 0u);
  EXPECT_EQ(worker.stop().code, 0);
}

}  // namespace
}  // namespace leadrelay::integration
