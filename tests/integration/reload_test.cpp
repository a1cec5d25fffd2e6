// The configuration of a running worker changes: in a file reached as Kubernetes mounts a ConfigMap, and by SIGHUP.
#include <chrono>
#include <csignal>

#include <gmock/gmock.h>

#include "support/certificates.hpp"
#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/http_client.hpp"
#include "support/scenario.hpp"
#include "support/temp_dir.hpp"
#include "support/tls_front.hpp"
#include "support/worker_process.hpp"
#include "unit/mounted_secret.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using test::mounted_secret;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr unsigned leads = 30;

/// A worker whose configuration is mounted, with accounts of Orwel by their names.
class reloaded_worker {
 public:
  explicit reloaded_worker(const std::string& name)
      : world(name),
        mounted(yaml({"acme"})),
        worker(world.config({account("acme"), account("other")}), mounted.path()) {}

  account_config account(const std::string& name) const {
    account_config out = world.account(name, "orwel");
    out.more["park"] = "{ after: 1s }";
    return out;
  }
  std::string yaml(const std::vector<std::string>& accounts, const std::map<std::string, std::string>& more = {}) const {
    std::vector<account_config> all;
    for (const std::string& each : accounts) all.push_back(account(each));
    worker_config out = world.config(all);
    out.more.insert(more.begin(), more.end());
    return out.yaml();
  }

  /// Changes of an account's leads, each from the first number to the last.
  void write(const std::string& account, unsigned first, unsigned last) {
    for (unsigned change = first; change <= last; ++change)
      for (unsigned lead = 0; lead < leads; ++lead) {
        const std::string id = account + std::to_string(lead) + "-" + std::to_string(change);
        const std::string fields = R"({"properties":{"seq":)" + std::to_string(change) + "}}";
        const unsigned number = account == "acme" ? lead : leads + lead;
        world.writer().write(world.topic(), lead_change{id, account, uuid_of(number), fields, "", ""}.record());
      }
    world.writer().flush();
  }

  bool until_reloads(double applied) {
    return eventually(seconds{40},
                      [&] { return worker.metrics().sum("leadrelay_configuration_reloads_total", {{"result", "applied"}}) >= applied; });
  }
  bool until_settled() {
    return eventually(seconds{60}, [&] { return world.lag() == 0; });
  }

  scenario world;
  mounted_secret mounted;
  worker_process worker;
};

TEST(reload, accounts_come_and_go_in_a_mounted_file_while_deliveries_go_on_and_nothing_is_lost_or_repeated) {
  reloaded_worker of("reload-swap");
  of.worker.wait_until_ready();
  of.write("acme", 1, 5);
  of.mounted.swap_to(of.yaml({"acme", "other"}));
  of.write("acme", 6, 10);
  ASSERT_TRUE(of.until_reloads(1)) << of.worker.log();
  of.write("other", 1, 5);
  ASSERT_TRUE(of.until_settled()) << of.worker.log();
  of.mounted.swap_to(of.yaml({"other"}));
  ASSERT_TRUE(of.until_reloads(2)) << of.worker.log();
  of.write("other", 6, 8);
  ASSERT_TRUE(of.until_settled()) << of.worker.log();
  EXPECT_EQ(of.world.sandbox().count("orwel", "applied"), leads * (10 + 8));
  for (const char* counter : {"order_violations", "repeats", "overlaps"})
    EXPECT_EQ(of.world.sandbox().count("orwel", counter), 0u) << counter;
  EXPECT_THAT(of.world.dead_letters(), IsEmpty());
  const json::document status = get_json(of.worker.admin_url() + "/status.json");
  ASSERT_EQ(status["accounts"].Size(), 1u);
  EXPECT_EQ(json::text(status["accounts"][0]["account"]), "other");
  of.write("acme", 11, 11);
  ASSERT_TRUE(of.until_settled()) << of.worker.log();
  EXPECT_THAT(of.world.dead_letters(), SizeIs(leads));
  EXPECT_EQ(of.worker.stop().code, 0) << of.worker.log();
}

TEST(reload, what_is_wrong_is_refused_and_told_and_the_former_one_stays) {
  reloaded_worker of("reload-refused");
  of.worker.wait_until_ready();
  const auto successful = [&] { return of.worker.metrics().sum("leadrelay_configuration_last_reload_successful"); };
  EXPECT_EQ(successful(), 1);
  of.mounted.swap_to("accounts: { acme: { provider: nobody, credential: very-secret-word } }\n");
  ASSERT_TRUE(eventually(seconds{40}, [&] { return successful() == 0; })) << of.worker.log();
  of.write("acme", 1, 2);
  ASSERT_TRUE(of.until_settled()) << of.worker.log();
  EXPECT_EQ(of.world.sandbox().count("orwel", "applied"), leads * 2);
  const json::document status = get_json(of.worker.admin_url() + "/status.json");
  EXPECT_THAT(std::string(json::text(status["configuration"]["refusal"])), HasSubstr(of.mounted.path() + ":1:"));
  of.worker.child().signal(SIGHUP);
  EXPECT_TRUE(of.worker.child().error_lines().wait_for("configuration refused", std::chrono::steady_clock::now() + seconds{20},
                                                       of.worker.log().find("configuration refused") + 1))
      << "who asks is told again";
  of.mounted.swap_to(of.yaml({"acme"}, {{"memory", "99MiB"}}));
  ASSERT_TRUE(eventually(seconds{40}, [&] {
    return of.worker.metrics().sum("leadrelay_configuration_reloads_total", {{"result", "refused"}}) == 2;
  })) << of.worker.log();
  EXPECT_THAT(of.worker.log(), HasSubstr("needs a restart: memory"));
  of.mounted.swap_to(of.yaml({"acme"}));
  ASSERT_TRUE(eventually(seconds{40}, [&] { return successful() == 1; })) << of.worker.log();
  EXPECT_EQ(of.worker.stop().code, 0) << of.worker.log();
  EXPECT_THAT(of.worker.log(), Not(HasSubstr("very-secret-word")));
}

TEST(reload, what_an_earlier_life_of_an_added_account_has_parked_is_delivered_before_what_comes) {
  reloaded_worker of("reload-parked");
  of.worker.wait_until_ready();
  of.world.sandbox().set_faults(R"({"orwel":{"rejected_keys":[")" + of.account("acme").credential + "\"]}}");
  of.write("acme", 1, 3);
  ASSERT_TRUE(of.until_settled()) << "parked: " << of.worker.log();
  EXPECT_EQ(of.worker.metrics().sum("leadrelay_changes_parked"), leads * 3);
  of.mounted.swap_to(of.yaml({"other"}));
  ASSERT_TRUE(eventually(seconds{40}, [&] { return of.worker.metrics().sum("leadrelay_configuration_last_reload_successful") == 0; }))
      << of.worker.log();
  EXPECT_THAT(of.worker.log(), HasSubstr("account acme: changes of it are parked"));
  of.worker.stop();
  of.world.sandbox().set_faults(R"({"orwel":{"rejected_keys":[]}})");

  worker_process second(of.world.config({of.account("acme"), of.account("other")}), of.mounted.path());
  second.wait_until_ready();
  of.mounted.swap_to(of.yaml({"other", "acme"}));
  ASSERT_TRUE(eventually(seconds{40}, [&] {
    return second.metrics().sum("leadrelay_configuration_reloads_total", {{"result", "applied"}}) == 1;
  })) << second.log();
  of.write("acme", 4, 5);
  EXPECT_TRUE(eventually(seconds{60}, [&] { return of.world.sandbox().count("orwel", "applied") == leads * 5; })) << second.log();
  EXPECT_TRUE(of.until_settled()) << second.log();
  for (const char* counter : {"order_violations", "repeats", "overlaps"})
    EXPECT_EQ(of.world.sandbox().count("orwel", counter), 0u) << counter;
  EXPECT_THAT(of.world.dead_letters(), IsEmpty());
  EXPECT_EQ(second.stop().code, 0) << second.log();
}

TEST(reload, sighup_reads_it_at_once) {
  reloaded_worker of("reload-signal");
  of.worker.wait_until_ready();
  of.mounted.swap_to(of.yaml({"other", "acme"}));
  of.worker.child().signal(SIGHUP);
  ASSERT_TRUE(of.until_reloads(1)) << of.worker.log();
  of.write("other", 1, 1);
  ASSERT_TRUE(of.until_settled()) << of.worker.log();
  EXPECT_EQ(of.world.sandbox().count("orwel", "applied"), leads);
  EXPECT_EQ(of.worker.stop().code, 0) << of.worker.log();
}

/// Its authority is another one than that which has signed the provider's certificate, until the file is replaced.
TEST(reload, tls_files_that_are_replaced_under_their_path_are_used_without_a_restart) {
  const certificates made;
  const temp_dir files;
  const std::string ca = files.file("ca.pem");
  write_file(ca, read_file(made.self_signed().certificate));
  scenario world("reload-tls");
  const tls_front front(made.good(), world.sandbox().port());
  account_config account = world.account("acme", "orwel");
  account.base_url = "https://localhost:" + std::to_string(front.port());
  account.more["tls"] = "{ ca: " + ca + " }";
  worker_process worker(world.config({account}));
  worker.wait_until_ready();
  world.writer().write(world.topic(), lead_change{"event-1", "acme", uuid_of(1), R"({"properties":{"seq":1}})", "", ""}.record());
  world.writer().flush();
  ASSERT_TRUE(eventually(seconds{40}, [&] {
    return worker.metrics().sum("leadrelay_transport_errors_total", {{"error", "tls_failed"}}) >= 1;
  })) << worker.log();
  EXPECT_EQ(world.sandbox().count("orwel", "requests"), 0u);
  write_file(ca, read_file(made.authority()));
  EXPECT_TRUE(eventually(seconds{40}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(world.sandbox().count("orwel", "applied"), 1u);
  EXPECT_EQ(worker.metrics().sum("leadrelay_configuration_reloads_total", {{"result", "refused"}}), 0);
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
}

TEST(reload, signals_that_ask_for_it_until_the_process_has_ended_do_not_end_it_otherwise) {
  reloaded_worker of("reload-ending");
  of.worker.wait_until_ready();
  of.write("acme", 1, 3);
  of.worker.child().signal(SIGTERM);
  std::optional<exit_report> ended;
  while (!(ended = of.worker.child().wait(std::chrono::milliseconds{0}))) of.worker.child().signal(SIGHUP);
  EXPECT_EQ(ended->code, 0) << "signal " << ended->signal << ": " << of.worker.log();
}

}  // namespace
}  // namespace leadrelay::integration
