// The admin pages of a running worker, and that neither they nor the log show what is nobody's business.
#include <gmock/gmock.h>

#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/http_client.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

TEST(admin, worker_that_cannot_reach_kafka_is_alive_and_says_why_it_is_not_ready) {
  scenario world("admin-away");
  worker_config config = world.config({world.account("acme", "orwel")});
  config.kafka["bootstrap.servers"] = "127.0.0.1:1";
  worker_process worker(config);

  const http_answer ready = http_get(worker.admin_url() + "/readyz");

  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, Not(testing::IsEmpty()));
  EXPECT_EQ(http_get(worker.admin_url() + "/livez").status, 200);
  EXPECT_EQ(worker.metrics().sum("leadrelay_ready"), 0);
  EXPECT_EQ(worker.stop(seconds{40}).code, 0) << worker.log();
}

TEST(admin, joined_worker_is_ready_and_counts_what_it_did) {
  scenario world("admin");
  worker_process worker(world.config({world.account("acme", "orwel")}));
  worker.wait_until_ready();
  for (unsigned lead = 0; lead < 10; ++lead)
    world.writer().write(world.topic(),
                         lead_change{"e" + std::to_string(lead), "acme", uuid_of(lead), R"({"properties":{"seq":1}})", "", ""}.record());
  world.writer().write(world.topic(), {"key", "not an event", {}});
  world.writer().flush();
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();

  const admin_page metrics = worker.metrics();
  for (const metric_sample& sample : metrics.samples()) EXPECT_THAT(sample.name, testing::StartsWith("leadrelay_"));
  EXPECT_EQ(metrics.sum("leadrelay_changes_delivered_total", {{"account", "acme"}, {"provider", "orwel"}}), 10);
  EXPECT_EQ(metrics.sum("leadrelay_dead_letters_total", {{"reason", "undecodable"}}), 1);
  EXPECT_EQ(metrics.sum("leadrelay_records_total"), 11);
  EXPECT_EQ(metrics.sum("leadrelay_ready"), 1);
  const json::document status = get_json(worker.admin_url() + "/status.json");
  EXPECT_TRUE(status.IsObject());
  const http_answer page = http_get(worker.admin_url() + "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.content_type, HasSubstr("text/html"));
  EXPECT_EQ(http_get(worker.admin_url() + "/nothing").status, 404);
  EXPECT_EQ(http_put(worker.admin_url() + "/metrics", "{}").status, 405);
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
}

/// Events that end in every way, all of them with the words that must not be seen.
void write_telling_events(scenario& world) {
  const std::string person = R"("first_name":"Zebulonia","last_name":"Quartermaine","email":"zebulonia@secret.example")";
  const std::string data = "{" + person + R"(,"phone":{"number":"5550199887766"},"sin":"046454286","credit_score":"777123"})";
  const auto write = [&](const std::string& id, const std::string& account, const std::string& lead, const std::string& changes) {
    world.writer().write(world.topic(), lead_change{id, account, lead, changes, "", ""}.record());
  };
  write("e1", "acme", "lead-1", data);
  write("e2", "acme", "missing-1", data);
  write("e3", "acme", "lead-2", "{" + person + R"(,"resource_type":"Zebulonia"})");
  write("e4", "acme", "lead-3", "{" + person + R"(,"questionnaire":[["046454286","Zebulonia"]]})");
  write("e5", "nobody", "lead-4", data);
  world.writer().write(world.topic(), {"key", data.substr(0, data.size() - 1), {}});
  world.writer().write(world.topic(), {"key", data, {}});
  world.writer().flush();
}

TEST(admin, neither_pages_nor_log_show_credentials_or_leads) {
  scenario world("admin-silent");
  worker_config config = world.config({world.account("acme", "perch")});
  config.more["log"] = "{ level: debug }";
  worker_process worker(config);
  write_telling_events(world);
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(world.dead_letters().size(), 6u);

  std::string seen;
  for (const char* path : {"/", "/livez", "/readyz", "/metrics", "/status.json"}) seen += http_get(worker.admin_url() + path).body;
  EXPECT_EQ(worker.stop().code, 0);
  seen += worker.log();

  for (const char* secret : {"secret-credential", "Zebulonia", "Quartermaine", "zebulonia", "5550199887766", "046454286", "777123"})
    EXPECT_THAT(seen, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace leadrelay::integration
