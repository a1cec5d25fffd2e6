#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulation/simulated_world.hpp"

namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using namespace std::chrono_literals;

std::string reason_of_only_dead_letter(const world& w) {
  return w.log.written.size() == 1 ? w.log.written[0].headers.at("leadrelay.reason") : "count " + std::to_string(w.log.written.size());
}

TEST(intake, what_cannot_be_decoded_is_buried_as_it_came) {
  world w;
  w.kafka.assign(1);
  w.kafka.deliver(0, std::nullopt, "\xff{");
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(reason_of_only_dead_letter(w), "undecodable");
  EXPECT_EQ(w.log.written[0].value, "\xff{");
  EXPECT_EQ(w.log.written[0].key, std::nullopt);
}

TEST(intake, what_cannot_be_decoded_waits_behind_its_lead_and_is_buried_in_its_turn) {
  world w;
  w.kafka.assign(1);
  w.kafka.deliver(0, "lead 1", orwel_event(1, 1));
  const std::string broken = R"({"id":"e1-2","account":"acme","lead":{},"changes":{"properties":{"seq":}}})";
  w.kafka.deliver(0, "lead 1", broken);
  w.kafka.deliver(0, "lead 1", orwel_event(1, 3));
  EXPECT_TRUE(w.loop.run_until([&] { return w.provider.applied.size() == 1; }, 10s));
  EXPECT_TRUE(w.log.written.empty());
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 2u);
  ASSERT_EQ(reason_of_only_dead_letter(w), "undecodable");
  EXPECT_EQ(w.log.written[0].value, broken);
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.account"), "acme");
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.event_id"), "e1-2");
}

TEST(intake, result_of_a_dead_letter_names_its_event) {
  world w(world::default_accounts, "topics: { lead_changes: [changes], dead_letters: changes.dead, results: changes.results }");
  w.kafka.assign(1);
  w.kafka.deliver(0, "lead 1", R"({"id":"e7","account":"acme","lead":{"email":"a@b.example"},"changes":{"no_such_field":1}})");
  ASSERT_TRUE(w.settle_all());
  w.loop.run_for(1s);
  ASSERT_EQ(w.log.written.size(), 2u);
  EXPECT_THAT(*w.log.written[1].value, testing::HasSubstr(R"("event_id":"e7")"));
  EXPECT_THAT(*w.log.written[1].value, testing::HasSubstr(R"("outcome":"dead_lettered")"));
}

TEST(intake, a_record_without_a_value_is_an_invalid_event) {
  world w;
  w.kafka.assign(1);
  w.kafka.deliver(0, "key", std::nullopt);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(reason_of_only_dead_letter(w), "invalid_event");
  EXPECT_EQ(w.log.written[0].value, std::nullopt);
}

TEST(intake, an_account_that_is_not_configured_is_buried) {
  world w;
  w.kafka.assign(1);
  w.kafka.deliver(0, "key", orwel_event(1, 1, "nobody"));
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(reason_of_only_dead_letter(w), "unknown_account");
}

TEST(intake, a_record_beyond_max_record_is_too_large_and_one_at_it_is_not) {
  world w(world::default_accounts, "max_record: 1KiB");
  w.kafka.assign(1);
  const std::string event = orwel_event(1, 1);
  w.kafka.deliver(0, std::string(1024 - event.size(), 'k'), event);
  ASSERT_TRUE(w.settle_all());
  EXPECT_TRUE(w.log.written.empty());
  w.kafka.deliver(0, std::string(1025 - event.size(), 'k'), event);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(reason_of_only_dead_letter(w), "too_large");
}

TEST(intake, bad_records_do_not_hold_up_good_ones) {
  world w;
  w.kafka.assign(1);
  w.log.on_produce = [] { return std::string("queue full"); };
  w.kafka.deliver(0, "bad", "{");
  w.kafka.deliver(0, "good", orwel_event(1, 1));
  ASSERT_TRUE(w.loop.run_until([&] { return w.provider.applied.size() == 1; }, 10s));
  EXPECT_FALSE(w.kafka.committed.contains(0));
  w.log.on_produce = [] { return std::string(); };
  EXPECT_TRUE(w.settle_all());
}

TEST(intake, at_the_budget_partitions_pause_and_below_it_they_resume) {
  world w(world::default_accounts, "", 64 << 10);
  w.kafka.assign(2);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 100ms}; };
  int delivered = 0;
  for (; w.kafka.pauses == 0 && delivered < 1000; ++delivered)
    w.kafka.deliver(delivered % 2, "k" + std::to_string(delivered), orwel_event(delivered, 1));
  EXPECT_GT(delivered, 20);
  EXPECT_LT(delivered, 110);
  EXPECT_GE(w.relay->snapshot().held_bytes, 64u << 10);
  ASSERT_TRUE(w.loop.run_until([&] { return w.kafka.resumes == 1; }));
  EXPECT_LT(w.relay->snapshot().held_bytes, 48u << 10);
  EXPECT_TRUE(w.settle_all());
  w.loop.run_for(1ms);
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
  EXPECT_EQ(w.relay->snapshot().accounts[0].lanes, 0u);
}

TEST(intake, oldest_change_that_waits_is_told_with_the_time_it_was_written) {
  world w;
  w.kafka.assign(1);
  w.provider.react = [](const seen_request& seen) { return reaction{.latency = seen.target.ends_with("1") ? 10s : 1s}; };
  const auto oldest = [&] { return w.relay->snapshot().accounts[0].oldest; };
  const auto second = [&] { return std::chrono::floor<std::chrono::seconds>(w.loop.wall_now()); };
  EXPECT_EQ(oldest(), std::nullopt);
  const auto first = second();
  w.kafka.deliver(0, "a", orwel_event(2, 1));
  w.loop.run_for(500ms);
  EXPECT_EQ(oldest(), first);
  w.loop.run_for(200ms);
  const auto later = second();
  w.kafka.deliver(0, "b", orwel_event(1, 1));
  w.loop.run_for(2s);
  EXPECT_EQ(oldest(), later) << "the first is delivered";
  ASSERT_TRUE(w.settle_all());
  w.loop.run_for(1ms);
  EXPECT_EQ(oldest(), std::nullopt);
}

TEST(intake, order_by_lead_puts_two_keys_of_one_lead_into_one_lane) {
  world w(world::default_accounts, "order_by: lead");
  w.kafka.assign(1);
  w.kafka.deliver(0, "a", orwel_event(1, 1));
  w.kafka.deliver(0, "b", orwel_event(1, 2));
  ASSERT_TRUE(w.settle_all());
  EXPECT_FALSE(w.provider.overlapped);
  EXPECT_EQ(w.provider.applied.size(), 2u);
}

TEST(intake, records_of_partitions_that_are_not_owned_are_passed_over) {
  world w;
  w.kafka.assign(1);
  w.kafka.deliver(5, "k", orwel_event(1, 1));
  w.loop.run_for(10s);
  EXPECT_TRUE(w.provider.requests.empty());
  EXPECT_TRUE(w.kafka.committed.empty());
}

}  // namespace
}  // namespace leadrelay
