#include <gmock/gmock.h>

#include "admin/history.hpp"
#include "base/json.hpp"
#include "unit/admin/a_process.hpp"

namespace leadrelay::admin {
namespace {

TEST(status_json, is_json_with_accounts_added_up_and_the_worst_state) {
  const auto status = json::parse(status_json(a_process(), {}));
  ASSERT_TRUE(status);
  const json::value& account = (*status)["accounts"][0];
  EXPECT_EQ(json::text(account["account"]), "ac\"me");
  EXPECT_EQ(json::text(account["state"]), "credential_refused");
  EXPECT_EQ(account["waiting"].GetUint64(), 6u);
  EXPECT_EQ(account["dead_letters"]["rejected"].GetUint64(), 2u);
  EXPECT_TRUE((*status)["ready"].GetBool());
}

TEST(status_json, tells_why_a_configuration_is_refused_and_which_accounts_were_removed) {
  process_snapshot process = a_process();
  process.workers[0].accounts[0].removed = true;
  process.reloads = {.applied = 1, .refused = 2, .refusal = "needs a restart: threads", .last_success = {}};
  const auto status = json::parse(status_json(process, {}));
  ASSERT_TRUE(status);
  EXPECT_EQ(json::text((*status)["configuration"]["refusal"]), "needs a restart: threads");
  EXPECT_EQ((*status)["configuration"]["reloads"].GetUint(), 1u);
  EXPECT_EQ((*status)["configuration"]["refused"].GetUint(), 2u);
  EXPECT_TRUE((*status)["accounts"][0]["removed"].GetBool());
}

TEST(status_json, tells_the_reason_of_the_worst_state_and_since_when) {
  const auto status = json::parse(status_json(a_process(), {}));
  ASSERT_TRUE(status);
  EXPECT_EQ(json::text((*status)["accounts"][0]["reason"]), "refused with HTTP 401");
  EXPECT_EQ(json::text((*status)["accounts"][0]["since"]), "2027-01-15T08:00:10.000Z");
}

TEST(status_json, worker_without_partitions_makes_no_account_limited) {
  process_snapshot process = a_process();
  process.workers[0].accounts[0] = {};
  process.workers[1].accounts[0] = {};
  process.workers[1].accounts[0].state = delivery::gate_state::limited;
  EXPECT_EQ(process.accounts()[0].state, delivery::gate_state::limited);
  process.workers[1].partitions.clear();
  EXPECT_EQ(process.accounts()[0].state, delivery::gate_state::flowing);
  process.workers[1].accounts[0].state = delivery::gate_state::breaker_open;
  EXPECT_EQ(process.accounts()[0].state, delivery::gate_state::breaker_open);
}

TEST(status_json, of_workers_in_one_state_the_earliest_tells_since_when) {
  process_snapshot process = a_process();
  process.workers[0].accounts[0] = process.workers[1].accounts[0];
  process.workers[1].accounts[0].since = wall_time{std::chrono::seconds{1'800'000'000}};
  const auto status = json::parse(status_json(process, {}));
  ASSERT_TRUE(status);
  EXPECT_EQ(json::text((*status)["accounts"][0]["since"]), "2027-01-15T08:00:00.000Z");
}

TEST(status_json, has_neither_reason_nor_time_where_all_is_well) {
  process_snapshot process = a_process();
  for (auto& worker : process.workers) worker.accounts[0] = {};
  const auto status = json::parse(status_json(process, {}));
  ASSERT_TRUE(status);
  EXPECT_FALSE((*status)["accounts"][0].HasMember("reason"));
  EXPECT_FALSE((*status)["accounts"][0].HasMember("since"));
}

TEST(status_json, tells_the_troubles_of_each_worker) {
  const auto status = json::parse(status_json(a_process(), {}));
  ASSERT_TRUE(status);
  EXPECT_TRUE((*status)["workers"][0]["troubles"].Empty());
  EXPECT_EQ(json::text((*status)["workers"][1]["troubles"][0]), "commits fail: broker away");
  EXPECT_EQ((*status)["workers"][1]["partitions"][0]["paused"].GetBool(), true);
  EXPECT_EQ((*status)["workers"][1]["partitions"][0]["catching_up"].GetBool(), false);
  EXPECT_EQ((*status)["accounts"][0]["delivery_seconds"]["p50"].GetDouble(), 2.5);
}

TEST(status_json, tells_the_oldest_change_of_all_workers_and_none_where_none_waits) {
  process_snapshot process = a_process();
  const auto none = json::parse(status_json(process, {}));
  EXPECT_FALSE((*none)["accounts"][0].HasMember("oldest"));
  process.workers[0].accounts[0].oldest = wall_time{std::chrono::seconds{1'800'000'010}};
  process.workers[1].accounts[0].oldest = wall_time{std::chrono::seconds{1'800'000'000}};
  const auto status = json::parse(status_json(process, {}));
  EXPECT_EQ(json::text((*status)["accounts"][0]["oldest"]), "2027-01-15T08:00:00.000Z");
}

TEST(status_json, tells_lag_where_the_end_of_the_log_is_known) {
  process_snapshot process = a_process();
  relay::partition_snapshot& known = process.workers[0].partitions[0];
  known.begin = 2;
  known.end = 25;
  const auto status = json::parse(status_json(process, {}));
  EXPECT_EQ((*status)["workers"][0]["partitions"][0]["lag"].GetUint64(), 20u);
  EXPECT_FALSE((*status)["workers"][1]["partitions"][0].HasMember("lag"));
  known.committed = -1;
  EXPECT_EQ(known.lag(), 23u);
  known.committed = 30;
  EXPECT_EQ(known.lag(), 0u);
}

TEST(status_json, tells_what_the_last_minute_was_like) {
  process_snapshot process = a_process();
  process.at = time_point{std::chrono::hours{1}};
  history past;
  past.add(process);
  process.at += std::chrono::seconds{10};
  process.workers[0].accounts[0].counts.delivered += 30;
  process.workers[0].accounts[0].counts.delivery_seconds.add(std::chrono::milliseconds{40});
  const auto status = json::parse(status_json(process, past));
  const json::value& recent = (*status)["accounts"][0]["recent"];
  EXPECT_EQ(recent["seconds"].GetDouble(), 10);
  EXPECT_EQ(recent["delivered"].GetUint64(), 30u);
  EXPECT_EQ(recent["delivery_seconds"]["p99"].GetDouble(), 0.05);
}

TEST(process_snapshot, is_ready_when_every_worker_is_and_names_each_trouble_once) {
  process_snapshot process = a_process();
  EXPECT_EQ(process.not_ready(), "");
  process.workers[0].troubles = process.workers[1].troubles;
  EXPECT_EQ(process.troubles(), "commits fail: broker away\n");
  process.workers[1].not_ready = "draining";
  EXPECT_EQ(process.not_ready(), "draining");
}

}  // namespace
}  // namespace leadrelay::admin
