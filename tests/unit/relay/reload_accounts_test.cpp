#include <gmock/gmock.h>

#include "simulation/simulated_world.hpp"
#include "unit/relay/parking_support.hpp"

// Accounts that come and go while the relay runs.
namespace leadrelay {
namespace {

using simulated::orwel_body;
using simulated::orwel_event;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;
using namespace std::chrono_literals;

const std::string acme = account("orwel", "limits: [], merging: false, park: { after: 1m }");
const std::string other = account("orwel", "limits: [], merging: false", "other");

std::vector<std::string> names(world& w) {
  std::vector<std::string> out;
  for (const auto& each : w.relay->snapshot().accounts) out.push_back(each.name);
  return out;
}

/// Changes of leads below 100 are acme's, the others are `other`'s.
std::string reason_of(const simulated::written_record& letter) { return letter.headers.at("leadrelay.reason"); }

TEST(reload_accounts, one_that_is_added_takes_what_comes_from_then_on) {
  world w(acme);
  w.kafka.assign(1);
  feed(w, 101, 1, 1);
  ASSERT_TRUE(w.settle_all());
  ASSERT_THAT(w.log.written, SizeIs(1));
  EXPECT_EQ(reason_of(w.log.written[0]), "unknown_account");
  ASSERT_EQ(w.reload(other + acme), std::nullopt);
  EXPECT_EQ(names(w), std::vector<std::string>({"other", "acme"})) << "in the order of the configuration";
  feed(w, 101, 2, 3);
  feed(w, 1, 1, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied_to(orwel_target(101)), std::vector<std::string>({orwel_body(2), orwel_body(3)}));
  EXPECT_EQ(w.provider.applied.size(), 3u);
}

TEST(reload_accounts, an_added_ones_limit_begins_as_in_a_new_worker) {
  world w(acme);
  w.kafka.assign(1);
  w.loop.run_for(3h);
  ASSERT_EQ(w.reload(acme + account("orwel", "merging: false, limits: [ { requests: 100, per: 1h } ]", "other")), std::nullopt);
  for (int lead = 101; lead < 400; ++lead) feed(w, lead, 1, 1);
  w.loop.run_for(3min);
  EXPECT_THAT(w.provider.requests, IsEmpty());
  w.loop.run_for(2h);
  EXPECT_GT(w.provider.requests.size(), 100u);
}

TEST(reload_accounts, what_a_former_life_of_an_added_one_has_parked_goes_before_what_comes) {
  for (const bool assigned_before : {true, false}) {
    parking_world w(other);
    w.kafka.told_beside = {"test.parked.other"};
    leave_parked(w, 1, 1, 3);
    leave_parked(w, 1, 2, 4);
    if (assigned_before) w.kafka.assign(1);
    ASSERT_EQ(w.reload(acme + other), std::nullopt);
    if (!assigned_before) w.kafka.assign(1);
    feed(w, 1, 3, 4);
    ASSERT_TRUE(w.run_until_settled());
    EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(4)) << assigned_before;
    EXPECT_THAT(w.log.written, IsEmpty());
    EXPECT_FALSE(w.provider.overlapped);
  }
}

/// The partition comes while the look-up is under way, and the look-up was asked for those held before.
TEST(reload_accounts, partitions_that_come_and_go_while_it_is_prepared_are_known_too) {
  parking_world w(other);
  w.kafka.told_beside = {"test.parked.other"};
  leave_parked(w, 1, 1, 3);
  w.kafka.assign(1);
  w.kafka.lookup_time = 5s;
  w.loop.timers().add(w.loop.now() + 1s, [&] { w.kafka.revoke(); });
  w.loop.timers().add(w.loop.now() + 3s, [&] { w.kafka.assign(2); });
  leave_parked(w, 2, 1, 7, 1);
  ASSERT_EQ(w.reload(acme + other), std::nullopt);
  feed(w, 1, 2, 2);
  feed(w, 2, 2, 2, 1);
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(2));
  EXPECT_EQ(w.provider.applied_to(orwel_target(2)), bodies_up_to(2));
}

TEST(reload_accounts, what_an_assignment_tells_counts_though_the_look_up_that_was_asked_before_ends_later) {
  parking_world w(other);
  w.kafka.told_beside = {"test.parked.other"};
  leave_parked(w, 1, 1, 3);
  w.kafka.assign(1);
  w.kafka.lookup_time = 5s;
  w.loop.timers().add(w.loop.now() + 1s, [&] { w.kafka.revoke(true); });
  w.loop.timers().add(w.loop.now() + 2s, [&] {
    w.logs.committed[{log_of_acme, 0}] = {{log_of_acme, 0}, 1, ""};  // its owner meanwhile has delivered it
    w.kafka.assign(1);
    w.logs.committed.erase({log_of_acme, 0});  // so that the look-up tells what was
  });
  ASSERT_EQ(w.reload(acme + other), std::nullopt);
  w.loop.run_for(1min);
  EXPECT_THAT(w.provider.requests, IsEmpty());
}

TEST(reload_accounts, a_broker_that_does_not_answer_refuses_one_that_is_added) {
  parking_world w(other);
  w.kafka.assign(1);
  w.kafka.lookup_time = 1h;
  EXPECT_THAT(w.reload(acme + other), Optional(HasSubstr("the broker does not tell")));
  EXPECT_EQ(names(w), std::vector<std::string>({"other"}));
  w.loop.run_for(2h);
  w.kafka.lookup_time = 1ms;
  EXPECT_EQ(w.reload(acme + other), std::nullopt);
}

TEST(reload_accounts, one_that_is_removed_delivers_what_was_taken_and_is_gone_then) {
  parking_world w(acme + other);
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 10s}; };
  feed(w, 1, 1, 3);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(other), std::nullopt);
  feed(w, 1, 4, 4);
  feed(w, 101, 1, 1);
  w.loop.run_for(5s);
  EXPECT_THAT(names(w), Contains("acme"));
  EXPECT_TRUE(w.of("acme").removed);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
  EXPECT_EQ(w.provider.applied_to(orwel_target(101)), bodies_up_to(1));
  ASSERT_THAT(w.log.written, SizeIs(1));
  EXPECT_EQ(reason_of(w.log.written[0]), "unknown_account");
  w.loop.run_for(3s);
  EXPECT_EQ(names(w), std::vector<std::string>({"other"}));
  w.kafka.revoke();
  w.loop.run_for(3min);
  w.kafka.assign(1);
  feed(w, 101, 2, 2);
  ASSERT_TRUE(w.settle_all());
}

TEST(reload_accounts, one_without_changes_is_gone_at_once_and_may_come_back) {
  world w(acme + other);
  w.kafka.assign(1);
  for (int round = 1; round <= 3; ++round) {
    ASSERT_EQ(w.reload(other), std::nullopt);
    EXPECT_EQ(names(w), std::vector<std::string>({"other"}));
    ASSERT_EQ(w.reload(acme + other), std::nullopt);
    feed(w, 1, round, round);
    ASSERT_TRUE(w.settle_all());
  }
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
}

TEST(reload_accounts, one_that_comes_back_before_it_is_gone_goes_on) {
  world w(acme + other);
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 10s}; };
  feed(w, 1, 1, 2);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(other), std::nullopt);
  ASSERT_EQ(w.reload(acme + other), std::nullopt);
  feed(w, 1, 3, 4);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(4));
  EXPECT_FALSE(w.provider.overlapped);
  w.loop.run_for(10s);
  EXPECT_EQ(names(w), std::vector<std::string>({"acme", "other"}));
}

TEST(reload_accounts, one_of_which_something_is_parked_cannot_be_removed_until_it_is_delivered) {
  parking_world w(acme + other);
  acme_provider provider(w);
  w.kafka.assign(1);
  feed(w, 1, 1, 3);
  w.loop.run_for(2min);
  ASSERT_EQ(w.parked("acme"), 1u);
  EXPECT_THAT(w.reload(other), Optional(AllOf(HasSubstr("account acme"), HasSubstr("parked"))));
  provider.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
  EXPECT_EQ(w.reload(other), std::nullopt);
  w.loop.run_for(3s);
  EXPECT_EQ(names(w), std::vector<std::string>({"other"}));
}

/// It would hold up its partition, with all accounts, for ever.
TEST(reload_accounts, what_is_left_of_a_removed_one_whose_provider_is_down_becomes_dead_letters) {
  parking_world w(acme + other);
  acme_provider provider(w);
  w.kafka.assign(1);
  feed(w, 1, 1, 3);
  feed(w, 2, 1, 1);
  w.loop.run_for(10s);
  ASSERT_EQ(w.reload(other), std::nullopt);
  w.loop.run_for(55s);
  EXPECT_THAT(w.log.written, IsEmpty());
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(w.log.written, SizeIs(4));
  for (const auto& each : w.log.written) EXPECT_EQ(reason_of(each), "unknown_account");
  EXPECT_THAT(w.mover.moves, IsEmpty());
  w.loop.run_for(3s);
  EXPECT_EQ(names(w), std::vector<std::string>({"other"}));
}

/// Its changes are parked between the two steps, or another worker of the process has not known of them.
TEST(reload_accounts, one_that_is_parked_once_its_removal_is_prepared_delivers_what_is_parked) {
  parking_world w(acme + other);
  acme_provider provider(w);
  w.kafka.assign(1);
  feed(w, 1, 1, 3);
  w.loop.run_for(10s);
  const auto ready = w.prepare(other);
  ASSERT_TRUE(ready && *ready);
  w.loop.run_for(2min);
  ASSERT_EQ(w.parked("acme"), 1u);
  w.relay->apply();
  provider.works = true;
  ASSERT_TRUE(w.run_until_settled());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(3));
  EXPECT_THAT(w.log.written, IsEmpty());
  w.loop.run_for(3s);
  EXPECT_EQ(names(w), std::vector<std::string>({"other"}));
}

/// All that was left of it ends between the two steps.
TEST(reload_accounts, one_that_is_to_come_back_is_not_forgotten_meanwhile) {
  world w(acme + other);
  w.kafka.assign(1);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 10s}; };
  feed(w, 1, 1, 1);
  w.loop.run_for(1s);
  ASSERT_EQ(w.reload(other), std::nullopt);
  const auto ready = w.prepare(acme + other);
  ASSERT_TRUE(ready && *ready);
  w.loop.run_for(1min);
  EXPECT_THAT(names(w), Contains("acme"));
  w.relay->apply();
  feed(w, 1, 2, 2);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)), bodies_up_to(2));
  ASSERT_EQ(w.reload(other), std::nullopt);
  EXPECT_EQ(names(w), std::vector<std::string>({"other"}));
}

}  // namespace
}  // namespace leadrelay
