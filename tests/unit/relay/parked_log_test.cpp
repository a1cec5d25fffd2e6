#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/relay/parking_support.hpp"

// What is read back of a log, which others write as well.
namespace leadrelay {
namespace {

using simulated::orwel_body;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using namespace std::chrono_literals;

TEST(parked_log, a_dead_letter_and_a_result_name_the_source) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"),
                  "topics: { lead_changes: [changes], dead_letters: changes.dead, results: changes.results }");
  bool works = false;
  w.provider.react = [&](const seen_request& seen) {
    if (!works) return reaction{.status = 401};
    return reaction{.status = seen.body == orwel_body(2) ? 400u : 200u};
  };
  w.kafka.assign(2);
  w.kafka.delivered_next[1] = 70;
  feed(w, 1, 1, 2, 1);
  w.loop.run_for(10s);
  ASSERT_EQ(w.logs.size(log_of_acme, 1), 2u);
  works = true;
  ASSERT_TRUE(w.run_until_settled());
  w.loop.run_for(1s);
  ASSERT_EQ(w.log.written.size(), 3u);
  for (const auto& each : w.log.written) {
    if (each.topic == "changes.results") {
      EXPECT_THAT(*each.value, HasSubstr(R"("topic":"changes","partition":1,"offset":7)"));
      continue;
    }
    EXPECT_EQ(each.value, simulated::orwel_event(1, 2));
    EXPECT_EQ(each.headers.at("leadrelay.topic"), "changes");
    EXPECT_EQ(each.headers.at("leadrelay.partition"), "1");
    EXPECT_EQ(each.headers.at("leadrelay.offset"), "71");
    EXPECT_EQ(each.headers.at("leadrelay.timestamp"), "2027-01-15T08:00:00.000Z");
    EXPECT_THAT(each.headers, Not(Contains(Key(HasSubstr("parked")))));
  }
}

TEST(parked_log, what_nobody_has_parked_here_is_a_change_of_its_own_or_a_dead_letter) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  kafka::moved_record foreign{.topic = 0, .partition = 0, .key = "k", .value = simulated::orwel_event(1, 1), .headers = {}};
  kafka::moved_record rubbish{.topic = 0, .partition = 0, .key = "k", .value = "rubbish", .headers = {}};
  w.logs.write({.topics = {{log_of_acme, 1}}, .records = {foreign, rubbish}, .offsets = {}});
  w.kafka.assign(1);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(1));
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.topic"), log_of_acme) << "it comes from nowhere else";
}

TEST(parked_log, what_another_worker_writes_is_not_delivered_by_this_one) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.kafka.assign(1);
  feed(w, 1, 1, 1);
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 1min));
  leave_parked(w, 2, 1, 50);
  acme.works = true;
  w.loop.run_for(5min);
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(1));
  EXPECT_THAT(w.provider.applied_to(orwel_target(2)), IsEmpty());
  w.kafka.revoke();
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.given_up == 1; }, 1min));
  w.kafka.assign(1);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(2)), bodies_up_to(1)) << "whoever has the partition after it was written does";
}

TEST(parked_log, a_move_of_its_own_that_reading_has_passed_is_read_again) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  w.kafka.assign(1);
  feed(w, 1, 1, 1);
  ASSERT_TRUE(w.loop.run_until([&] { return w.all_committed(); }, 1min));
  leave_parked(w, 1, 2, 50);  // as far as this worker knows
  w.loop.run_for(1s);
  feed(w, 1, 3, 3);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
}

TEST(parked_log, reading_back_stops_where_enough_waits_and_goes_on) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  for (int number = 1; number <= 40; ++number)
    for (int lead = 1; lead <= 60; ++lead) leave_parked(w, lead, number, number * 100 + lead);
  w.kafka.assign(1);
  w.loop.run_for(1min);
  EXPECT_EQ(w.reader.told, 1001u);
  EXPECT_EQ(w.of("acme").waiting, 1001u);
  EXPECT_EQ(w.of("acme").parked, 1001u + 2 * 1399u + 1) << "the markers of what is not read count as well";
  EXPECT_EQ(w.of("acme").backlog(), w.of("acme").parked) << "what is parked and read back waits once";
  feed(w, 101, 1, 3);
  ASSERT_TRUE(w.settle_all()) << "others are not held up";
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_GE(w.reader.resumes, 2);
  EXPECT_EQ(w.reader.pauses, w.reader.resumes);
  EXPECT_EQ(w.reader.told, 2400u);
  for (int lead = 1; lead <= 60; ++lead) EXPECT_EQ(w.provider.applied_to(orwel_target(lead)), bodies_up_to(40));
}

TEST(parked_log, partitions_that_are_lost_while_enough_waits_come_back_and_are_read_on) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  for (int number = 1; number <= 40; ++number)
    for (int lead = 1; lead <= 60; ++lead) leave_parked(w, lead, number, number * 100 + lead, 1);
  leave_parked(w, 70, 1, 1, 0);
  w.kafka.assign(2);
  w.loop.run_for(1min);
  EXPECT_EQ(w.reader.pauses, 1);
  w.kafka.revoke(true);
  w.loop.run_for(1min);
  w.kafka.assign(2);
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  for (int lead = 1; lead <= 60; ++lead) EXPECT_EQ(w.provider.applied_to(orwel_target(lead)), bodies_up_to(40));
}

TEST(parked_log, what_is_committed_of_a_log_is_told_anew_before_the_brokers_forget_it) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  leave_parked(w, 1, 1, 0);
  w.kafka.assign(1);
  ASSERT_TRUE(w.run_until_settled());
  const std::int64_t next = w.logs.committed.at({log_of_acme, 0}).next;
  for (const bool restarts : {false, true, false}) {
    w.logs.committed.at({log_of_acme, 0}).metadata = "as it was";
    if (restarts) {
      w.logs.committed.at({log_of_acme, 0}).metadata = "";
      w.restart();
      w.kafka.assign(1);
      const int before = w.kafka.commits;
      w.loop.run_for(1s);
      EXPECT_EQ(w.kafka.commits, before + 1) << "at once";
    } else {
      w.loop.run_for(13h);
      EXPECT_EQ(w.logs.committed.at({log_of_acme, 0}).metadata, "");
    }
    EXPECT_EQ(w.logs.committed.at({log_of_acme, 0}).next, next);
  }
}

}  // namespace
}  // namespace leadrelay
