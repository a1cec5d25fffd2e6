// Dead letters that cannot be written as they are: no topic, or one that takes small records alone.
#include <chrono>

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
using testing::SizeIs;

void write_good_and_bad(scenario& world, const std::string& bad) {
  world.writer().write(world.topic(), {"bad", bad, {{"trace", "1"}}});
  for (unsigned lead = 0; lead < 20; ++lead)
    world.writer().write(world.topic(), lead_change{"e", "acme", uuid_of(lead), R"({"properties":{"seq":1}})", "", ""}.record());
  world.writer().flush();
}

TEST(dead_letter_trouble, without_their_topic_events_wait_and_the_rest_goes_on) {
  scenario world("no-dead-topic");
  world.admin().delete_topic(world.dead_topic());
  worker_config config = world.config({world.account("acme", "orwel")});
  config.kafka["message.timeout.ms"] = "3000";
  worker_process worker(config);
  write_good_and_bad(world, "not an event");
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.sandbox().count("orwel", "applied") == 20; })) << worker.log();
  EXPECT_TRUE(eventually(seconds{30}, [&] { return worker.metrics().sum("leadrelay_dead_letter_write_failures_total") > 0; }));
  EXPECT_EQ(worker.metrics().sum("leadrelay_dead_letters_unwritten"), 1);
  EXPECT_THAT(http_get(worker.admin_url() + "/readyz").body, HasSubstr("dead letters cannot be written"));
  EXPECT_GT(world.lag(), 0);

  world.admin().create_topic(world.dead_topic(), 2);

  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  EXPECT_THAT(world.dead_letters(), SizeIs(1));
}

TEST(dead_letter_trouble, a_letter_too_large_for_its_topic_is_cut_and_says_so) {
  scenario world("small-dead-topic");
  world.admin().delete_topic(world.dead_topic());
  world.admin().create_topic(world.dead_topic(), 1, {{"max.message.bytes", "20000"}});
  const std::string bad(100'000, 'x');
  write_good_and_bad(world, bad);
  worker_process worker(world.config({world.account("acme", "orwel")}));
  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  const auto dead = world.dead_letters();
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].header("leadrelay.truncated"), "100000");
  EXPECT_EQ(dead[0].header("leadrelay.reason"), "undecodable");
  EXPECT_EQ(dead[0].header("trace"), "1");
  EXPECT_EQ(dead[0].key, "bad");
  EXPECT_EQ(dead[0].value, bad.substr(0, 12'500));
}

}  // namespace
}  // namespace leadrelay::integration
