// The broker dies and comes back in the middle of the load: the worker waits, says so, and goes on.
#include <chrono>
#include <cstdlib>
#include <set>

#include <gmock/gmock.h>

#include "support/dead_letters.hpp"
#include "support/environment.hpp"
#include "support/http_client.hpp"
#include "support/load.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;

/// A broker of the test's own, which the scenario uses instead of the fixture's.
class own_broker {
 public:
  own_broker() {
    run("start");
    ::setenv("LEADRELAY_KAFKA", directory_.file("broker.env").c_str(), 1);
  }
  ~own_broker() { run("stop"); }

  void restart() { run("restart"); }

 private:
  void run(const std::string& command) {
    process script({LEADRELAY_SOURCE_DIR "/tests/integration/kafka/broker", command, directory_.path()});
    const auto ended = script.wait(seconds{120});
    if (!ended || ended->code != 0) ADD_FAILURE() << "broker " << command << ": " << script.standard_error();
  }

  temp_dir directory_;
};

/// A broker that has just come back may not know its groups yet, which throws.
bool nothing_lags(scenario& world) {
  try {
    return world.lag() == 0;
  } catch (const std::runtime_error&) {
    return false;
  }
}

TEST(broker_restart, worker_waits_for_a_broker_that_dies_and_delivers_every_change_once) {
  constexpr load what{.leads = 200, .changes = 20, .noted_leads = 50, .notes = 4};
  own_broker broker;
  scenario world("restart", 8);
  world.sandbox().set_faults(R"({"all":{"latency_ms":20}})");
  write_load(world, what);
  worker_process worker(world.config(accounts_of(world, 32)));
  ASSERT_TRUE(eventually(seconds{60}, [&] { return count_of_both(world, "applied") > 300; })) << worker.log();

  broker.restart();

  ASSERT_TRUE(eventually(seconds{120}, [&] { return nothing_lags(world); })) << worker.log();
  EXPECT_EQ(http_get(worker.admin_url() + "/readyz").status, 200);
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  EXPECT_THAT(unfinished_leads(world, what), IsEmpty());
  EXPECT_THAT(wrong_notes(world, what), IsEmpty());
  EXPECT_EQ(count_of_both(world, "order_violations"), 0u);
  EXPECT_EQ(count_of_both(world, "repeats"), 0u) << worker.log();
  EXPECT_THAT(count_by_reason(world.dead_letters()), IsEmpty());
}

TEST(broker_restart, a_replay_goes_on_and_writes_each_letter_once) {
  constexpr unsigned letters = 10'000;
  own_broker broker;
  dead_letter_world dead("restart-replay");
  for (unsigned number = 0; number < letters; ++number)
    dead.write_dead(uuid_of(number), "e" + std::to_string(number), static_cast<std::int32_t>(number % 2));
  dead.flush();
  const auto written = [&] { return dead.world().admin().end_offsets(dead.world().topic()).front(); };
  const std::int64_t before = written();
  process replay(dead.arguments("replay", {"--rate", "2000/s"}));
  ASSERT_TRUE(eventually(seconds{60}, [&] { return written() > before + 500; })) << replay.standard_error();

  broker.restart();

  const auto ended = replay.wait(seconds{120});
  ASSERT_TRUE(ended) << replay.standard_error();
  EXPECT_EQ(ended->code, 0) << replay.standard_error();
  EXPECT_EQ(dead.run("replay").code, 0);
  const std::vector<std::string> all = dead.replayed_ids();
  EXPECT_EQ(all.size(), letters);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), letters);
}

}  // namespace
}  // namespace leadrelay::integration
