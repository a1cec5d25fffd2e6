#include "admin/history.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace leadrelay::admin {
namespace {

using namespace std::chrono_literals;

/// One worker with so many accounts, of which the first counts.
class a_worker {
 public:
  explicit a_worker(std::size_t accounts) {
    now.at = time_point{1h};
    relay::relay_snapshot& worker = now.workers.emplace_back();
    for (std::size_t place = 0; place < accounts; ++place) worker.accounts.emplace_back().name = "a" + std::to_string(place);
    worker.partitions.push_back({.topic = "changes", .partition = 0, .committed = 10, .begin = 0, .end = 25});
  }

  void pass(duration time, std::uint64_t delivered, std::uint64_t failed = 0) {
    now.at += time;
    relay::account_metrics& counts = now.workers[0].accounts[0].counts;
    counts.delivered += delivered;
    counts.verdicts[static_cast<std::size_t>(providers::verdict::delivered)] += delivered;
    counts.verdicts[static_cast<std::size_t>(providers::verdict::retry)] += failed;
    for (std::uint64_t each = 0; each < delivered; ++each) {
      counts.request_seconds.add(20ms);
      counts.delivery_seconds.add(2s);
    }
  }

  process_snapshot now;
};

json::document told(const history& past, std::uint64_t after = 0) { return *json::parse(past.json(after)); }

TEST(history, sample_has_what_came_since_the_one_before) {
  a_worker worker(2);
  history past;
  worker.pass(0s, 7);
  past.add(worker.now);
  EXPECT_EQ(told(past)["delivered"].Size(), 0u) << "the first only shows where counting begins";
  worker.now.workers[0].accounts[0].waiting = 4;
  worker.now.workers[0].accounts[1].parked = 3;
  worker.now.workers[0].accounts[1].parked_unread = 2;
  worker.now.workers[0].accounts[1].waiting = 1;
  worker.pass(5s, 3, 2);
  past.add(worker.now);

  const json::document out = told(past);
  EXPECT_EQ(out["last"].GetUint(), 1u);
  EXPECT_EQ(out["milliseconds"][0].GetUint(), 5000u);
  EXPECT_EQ(out["delivered"][0].GetUint(), 3u);
  EXPECT_EQ(out["failed"][0].GetUint(), 2u);
  EXPECT_EQ(out["waiting"][0].GetUint(), 7u) << "what is parked and read back counts once";
  EXPECT_EQ(out["lag"][0].GetUint(), 15u);
  EXPECT_EQ(out["p99"][0].GetDouble(), 2.5);
  EXPECT_EQ(json::text(out["accounts"][1]["account"]), "a1");
  EXPECT_EQ(out["accounts"][0]["delivered"][0].GetUint(), 3u);
  EXPECT_EQ(out["accounts"][1]["waiting"][0].GetUint(), 3u);
}

TEST(history, keeps_fifteen_minutes_and_tells_only_what_is_new) {
  a_worker worker(1);
  history past;
  for (std::size_t count = 0; count <= history::most_samples + 20; ++count) {
    worker.pass(5s, count);
    past.add(worker.now);
  }
  const json::document all = told(past);
  EXPECT_EQ(all["last"].GetUint(), 200u);
  EXPECT_EQ(all["delivered"].Size(), 180u);
  EXPECT_EQ(all["delivered"][0].GetUint(), 21u);
  EXPECT_EQ(told(past, 198)["delivered"].Size(), 2u);
  EXPECT_EQ(told(past, 198)["accounts"][0]["delivered"][0].GetUint(), 199u);
  EXPECT_EQ(told(past, 200)["delivered"].Size(), 0u);
  EXPECT_EQ(told(past, 9999)["delivered"].Size(), 0u);
  EXPECT_EQ(told(past, 5)["delivered"].Size(), 180u) << "what is forgotten is not told";
}

TEST(history, recent_numbers_are_of_the_last_minute) {
  a_worker worker(1);
  history past;
  EXPECT_EQ(past.recent(worker.now.workers[0].accounts[0], worker.now.at).seconds, 0);
  for (int count = 0; count < 60; ++count) {
    worker.pass(5s, 10);
    past.add(worker.now);
  }
  worker.pass(2s, 5);
  const recent_numbers recent = past.recent(worker.now.workers[0].accounts[0], worker.now.at);
  EXPECT_GE(recent.seconds, 50);
  EXPECT_LE(recent.seconds, 62);
  EXPECT_NEAR(static_cast<double>(recent.delivered) / recent.seconds, 2, 0.2);
  EXPECT_EQ(recent.request_seconds.count(), recent.delivered);
  EXPECT_EQ(recent.delivery_seconds.quantile(0.5), 2.5);
}

/// As where the configuration is reloaded.
TEST(history, accounts_that_come_go_and_change_places_keep_what_is_theirs) {
  a_worker worker(2);
  history past;
  worker.pass(0s, 0);
  past.add(worker.now);
  worker.pass(5s, 3);
  past.add(worker.now);
  auto& accounts = worker.now.workers[0].accounts;
  accounts.emplace(accounts.begin())->name = "new";
  accounts[0].counts.delivered = 8;
  accounts.pop_back();  // a1
  worker.now.at += 5s;
  accounts[1].counts.delivered += 4;
  past.add(worker.now);

  const json::document out = told(past);
  ASSERT_EQ(out["accounts"].Size(), 2u);
  EXPECT_EQ(json::text(out["accounts"][0]["account"]), "new");
  EXPECT_EQ(out["accounts"][0]["delivered"][0].GetUint(), 0u) << "before it came";
  EXPECT_EQ(out["accounts"][0]["delivered"][1].GetUint(), 8u);
  EXPECT_EQ(out["accounts"][1]["delivered"][0].GetUint(), 3u);
  EXPECT_EQ(out["accounts"][1]["delivered"][1].GetUint(), 4u);
  EXPECT_EQ(out["delivered"][1].GetUint(), 12u);
  EXPECT_EQ(past.recent(accounts[0], worker.now.at).delivered, 8u);
  EXPECT_EQ(past.recent(accounts[1], worker.now.at).delivered, 7u);
}

TEST(history, many_accounts_have_totals_and_recent_numbers_alone) {
  a_worker worker(history::most_accounts + 1);
  history past;
  for (int count = 0; count < 3; ++count) {
    worker.pass(5s, 10);
    past.add(worker.now);
  }
  EXPECT_EQ(told(past)["accounts"].Size(), 0u);
  EXPECT_EQ(told(past)["delivered"][1].GetUint(), 10u);
  EXPECT_EQ(past.recent(worker.now.workers[0].accounts[0], worker.now.at).delivered, 20u);
}

}  // namespace
}  // namespace leadrelay::admin
