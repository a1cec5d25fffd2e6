#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "config/configuration.hpp"
#include "kafka/mock_cluster.hpp"
#include "process/process.hpp"

namespace leadrelay {
namespace {

/// Four workers of the mock cluster, whose coordinator takes its time to let so many join.
std::shared_ptr<const config::configuration> four_threads(const std::string& bootstrap_servers) {
  setenv("LEADRELAY_TEST_KEY", "key-of-the-test", 1);
  yaml::issues issues;
  auto loaded =
      config::load_text("kafka: { bootstrap.servers: '" + bootstrap_servers + "', group.id: threads }\n" +
                            "topics: { lead_changes: [changes], dead_letters: changes.dead }\n"
                            "admin: { listen: 127.0.0.1:0 }\nthreads: 4\ngrace: 20s\naccounts:\n"
                            "  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: LEADRELAY_TEST_KEY } }\n",
                        "threads.yaml", issues);
  EXPECT_TRUE(loaded);
  return std::make_shared<const config::configuration>(std::move(*loaded));
}

TEST(threads, are_seen_together_from_outside_and_end_together_though_stopped_while_they_join) {
  log::start(log::format::text, log::level::error);
  kafka::mock_cluster cluster = *kafka::mock_cluster::start();
  ASSERT_EQ(cluster.create_topic("changes", 8), "");
  const auto configuration = four_threads(cluster.bootstrap_servers());
  auto made = process::process::make(configuration);
  ASSERT_TRUE(made) << made.error().detail;
  bool ended_well = false;
  std::jthread running([&] { ended_well = (*made)->run(); });
  for (int look = 0; look < 20; ++look) {
    const auto seen = (*made)->snapshot_from_outside();
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->workers.size(), 4u);
  }
  (*made)->stop();
  while (const auto seen = (*made)->snapshot_from_outside()) EXPECT_EQ(seen->workers.size(), 4u) << "while they drain too";
  running.join();
  EXPECT_TRUE(ended_well);
}

}  // namespace
}  // namespace leadrelay
