// A key that the provider refuses, and keys that are rotated, in a file reached as Kubernetes mounts a secret.
#include <chrono>

#include <gmock/gmock.h>

#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/http_client.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"
#include "unit/mounted_secret.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::mounted_secret;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr unsigned leads = 40;
constexpr unsigned changes = 5;
constexpr const char* former_key = "former-secret-key";
constexpr const char* latter_key = "latter-secret-key";

/// As an editor leaves it.
std::string line(const std::string& key) { return key + "\n"; }

void write_changes(scenario& world, unsigned first, unsigned last) {
  for (unsigned change = first; change <= last; ++change)
    for (unsigned lead = 0; lead < leads; ++lead) {
      const std::string id = std::to_string(lead) + "-" + std::to_string(change);
      const std::string fields = R"({"properties":{"seq":)" + std::to_string(change) + "}}";
      world.writer().write(world.topic(), lead_change{id, "acme", uuid_of(lead), fields, "", ""}.record());
    }
  world.writer().flush();
}

std::string reject(const std::string& key) { return R"({"orwel":{"latency_ms":5,"rejected_keys":[")" + key + "\"]}}"; }

worker_config config_with(const scenario& world, const mounted_secret& secret) {
  account_config account = world.account("acme", "orwel");
  account.credential_file = secret.path();
  return world.config({account});
}

/// The number of leads that the key's owner sees at this change.
unsigned leads_at(const scenario& world, const std::string& key, unsigned change) {
  const json::document found = get_json(world.sandbox().url() + "/_sandbox/leads/orwel?key=" + key);
  unsigned count = 0;
  for (const auto& each : found.GetObject()) count += each.value["properties"]["seq"].GetUint() == change ? 1 : 0;
  return count;
}

void expect_clean_end(scenario& world, worker_process& worker) {
  for (const char* counter : {"order_violations", "repeats", "overlaps"}) EXPECT_EQ(world.sandbox().count("orwel", counter), 0u) << counter;
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  EXPECT_THAT(world.dead_letters(), IsEmpty());
  for (const char* key : {former_key, latter_key}) EXPECT_THAT(worker.log(), Not(HasSubstr(key)));
}

TEST(credential, refused_key_holds_all_changes_until_the_secret_is_swapped_and_then_all_are_delivered_in_order) {
  scenario world("credential-refused");
  world.sandbox().set_faults(reject(former_key));
  mounted_secret secret(line(former_key));
  worker_process worker(config_with(world, secret));
  write_changes(world, 1, changes);
  const auto account = [&] { return get_json(worker.admin_url() + "/status.json"); };
  const auto rejected = [&] { return world.sandbox().report()["providers"]["orwel"]["by_status"]["401"].GetUint64(); };
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.sandbox().count("orwel", "requests") > 0; })) << worker.log();
  const auto burst = rejected();
  ASSERT_TRUE(eventually(seconds{30}, [&] { return rejected() >= burst + 2; })) << "no probes: " << worker.log();

  const json::document status = account();
  const json::value& acme = status["accounts"][0];
  EXPECT_EQ(json::text(acme["state"]), "credential_refused");
  EXPECT_THAT(std::string(json::text(acme["reason"])), HasSubstr("HTTP 401"));
  EXPECT_TRUE(std::string(json::text(acme["since"])).ends_with("Z"));
  EXPECT_EQ(acme["waiting"].GetUint(), leads * changes);
  EXPECT_EQ(worker.metrics().sum("leadrelay_credential_refused", {{"account", "acme"}}), 1);
  EXPECT_EQ(world.lag(), leads * changes);
  EXPECT_EQ(world.sandbox().count("orwel", "applied"), 0u);

  secret.swap_to(line(latter_key));

  EXPECT_TRUE(eventually(seconds{30}, [&] { return world.sandbox().count("orwel", "applied") > 0; })) << worker.log();
  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(world.sandbox().count("orwel", "applied"), leads * changes);
  EXPECT_EQ(leads_at(world, latter_key, changes), leads);
  EXPECT_EQ(worker.metrics().sum("leadrelay_credential_refused", {{"account", "acme"}}), 0);
  expect_clean_end(world, worker);
}

TEST(credential, key_rotated_while_changes_flow_loses_and_repeats_nothing) {
  scenario world("credential-rotated");
  world.sandbox().set_faults(reject(latter_key));
  mounted_secret secret(line(former_key));
  worker_process worker(config_with(world, secret));
  write_changes(world, 1, changes);
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.sandbox().count("orwel", "applied") >= leads; }, milliseconds{2})) << worker.log();

  secret.swap_to(line(latter_key));
  world.sandbox().set_faults(reject(former_key));
  write_changes(world, changes + 1, 2 * changes);

  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(world.sandbox().count("orwel", "applied"), 2 * leads * changes);
  EXPECT_EQ(leads_at(world, latter_key, 2 * changes), leads);
  expect_clean_end(world, worker);
}

TEST(credential, swap_to_an_empty_file_keeps_the_former_key_and_is_told) {
  scenario world("credential-empty");
  mounted_secret secret(line(former_key));
  worker_process worker(config_with(world, secret));
  worker.wait_until_ready();

  secret.swap_to(line(""));

  EXPECT_TRUE(eventually(seconds{30}, [&] { return worker.metrics().sum("leadrelay_credential_unreadable") == 1; })) << worker.log();
  write_changes(world, 1, 1);
  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(leads_at(world, former_key, 1), leads);
  EXPECT_THAT(worker.log(), HasSubstr(secret.path()));
  expect_clean_end(world, worker);
}

}  // namespace
}  // namespace leadrelay::integration
