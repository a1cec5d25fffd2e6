// HTTPS to a provider: the account's own authority is trusted, and nothing else is.
#include <gmock/gmock.h>

#include "support/certificates.hpp"
#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/scenario.hpp"
#include "support/tls_front.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;

const certificates& shared_certificates() {
  static const certificates made;
  return made;
}

worker_config config_for(const scenario& world, const tls_front& front) {
  account_config account = world.account("acme", "orwel");
  account.base_url = "https://localhost:" + std::to_string(front.port());
  account.more["tls"] = "{ ca: " + shared_certificates().authority() + " }";
  return world.config({account});
}

void write_change(scenario& world) {
  world.writer().write(world.topic(), lead_change{"event-1", "acme", uuid_of(1), R"({"properties":{"seq":1}})", "", ""}.record());
  world.writer().flush();
}

TEST(tls, server_that_the_accounts_authority_signed_gets_the_change) {
  scenario world("tls-good");
  const tls_front front(shared_certificates().good(), world.sandbox().port());
  write_change(world);

  worker_process worker(config_for(world, front));

  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(world.sandbox().count("orwel", "applied"), 1u);
  EXPECT_GT(front.bytes_from_clients(), 0u);
  EXPECT_EQ(worker.stop().code, 0);
}

struct refused_case {
  const char* name;
  certificate_files (certificates::*files)() const;
};

void PrintTo(const refused_case& of, std::ostream* to) { *to << of.name; }

class refused_server : public testing::TestWithParam<refused_case> {};

TEST_P(refused_server, sees_nothing_and_the_change_waits) {
  scenario world(std::string("tls-") + GetParam().name);
  const tls_front front((shared_certificates().*GetParam().files)(), world.sandbox().port());
  write_change(world);

  worker_process worker(config_for(world, front));
  const auto refusals = [&] {
    return worker.metrics().sum("leadrelay_transport_errors_total", {{"account", "acme"}, {"error", "tls_failed"}});
  };

  EXPECT_TRUE(eventually(seconds{60}, [&] { return refusals() >= 3; })) << worker.log();
  EXPECT_EQ(world.sandbox().count("orwel", "requests"), 0u);
  EXPECT_EQ(front.bytes_from_clients(), 0u);
  EXPECT_THAT(world.dead_letters(), testing::IsEmpty());
  EXPECT_EQ(world.lag(), 1);
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  EXPECT_EQ(world.lag(), 1);
}

INSTANTIATE_TEST_SUITE_P(tls, refused_server,
                         testing::Values(refused_case{"wrong_host", &certificates::wrong_host},
                                         refused_case{"expired", &certificates::expired},
                                         refused_case{"self_signed", &certificates::self_signed}),
                         [](const auto& one) { return one.param.name; });

TEST(tls, server_of_an_authority_the_account_does_not_name_is_refused) {
  scenario world("tls-system");
  const tls_front front(shared_certificates().good(), world.sandbox().port());
  write_change(world);
  worker_config config = config_for(world, front);
  config.accounts.front().more.erase("tls");

  worker_process worker(config);

  EXPECT_TRUE(eventually(seconds{60}, [&] {
    return worker.metrics().sum("leadrelay_transport_errors_total", {{"error", "tls_failed"}}) >= 1;
  })) << worker.log();
  EXPECT_EQ(front.bytes_from_clients(), 0u);
  EXPECT_EQ(world.sandbox().count("orwel", "requests"), 0u);
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
}

}  // namespace
}  // namespace leadrelay::integration
