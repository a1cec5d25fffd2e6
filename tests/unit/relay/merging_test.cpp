#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/relay/merging_support.hpp"

// What becomes of the changes of one lead that wait together.
namespace leadrelay {
namespace {

using simulated::orwel_body;
using simulated::orwel_event;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

const std::string slow = account("orwel", "limits: [ { requests: 1, per: 1s } ], retry: { give_up_after: 1d }");
const std::string slow_octanist = account("octanist", "limits: [ { requests: 1, per: 1s } ], retry: { give_up_after: 1d }");

TEST(merging, a_hundred_pending_changes_behind_a_limit_become_a_few_calls) {
  world w(slow);
  w.kafka.assign(1);
  deliver(w, 1, 100);
  ASSERT_TRUE(w.settle_all());
  EXPECT_LE(w.provider.requests.size(), 3u);
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)).back(), orwel_body(100));
  EXPECT_EQ(w.kafka.committed[0], 100);
  w.loop.run_for(1s);
  EXPECT_TRUE(w.log.written.empty());
  const auto counts = w.relay->snapshot().accounts[0].counts;
  EXPECT_EQ(counts.delivered, 100u);
  EXPECT_EQ(counts.merged, 100 - w.provider.requests.size());
  EXPECT_EQ(w.relay->snapshot().accounts[0].waiting, 0u);
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
}

TEST(merging, an_account_that_does_not_merge_sends_each) {
  world w(account("orwel", "limits: [ { requests: 1, per: 1s } ], merging: false"));
  w.kafka.assign(1);
  deliver(w, 1, 5);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 5u);
}

TEST(merging, changes_that_need_not_wait_go_one_by_one) {
  world w;
  w.kafka.assign(1);
  deliver(w, 1, 5);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 5u);
}

TEST(merging, a_lane_that_flows_and_falls_behind_merges) {
  world w;
  w.kafka.assign(1);
  deliver(w, 1, 400);
  ASSERT_TRUE(w.settle_all());
  EXPECT_LE(w.provider.requests.size(), 4u + 17u);
  EXPECT_EQ(w.provider.applied_to(orwel_target(1)).back(), orwel_body(400));
}

TEST(merging, what_comes_between_two_tries_joins) {
  world w(account("orwel", "limits: [], retry: { first_wait: 10s, longest_wait: 10s }"));
  w.kafka.assign(1);
  w.provider.react = [&](const seen_request&) {
    return reaction{.status = w.provider.requests.size() <= 1 ? 429u : 200u, .headers = {{"Retry-After", "5"}}};
  };
  deliver(w, 1, 1);
  w.loop.run_for(1s);
  deliver(w, 2, 4);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(bodies(w), ElementsAre(orwel_body(1), orwel_body(4)));
}

TEST(merging, appends_and_clears_break_the_run) {
  world w(slow_octanist);
  w.kafka.assign(1);
  deliver_octanist(w, {R"({"value":1})", R"({"value":2})", R"({"note":"n"})", R"({"value":3})", R"({"status":"won"})", R"({"value":null})",
                       R"({"value":4})", R"({"value":5})"});
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(bodies(w), ElementsAre(R"({"id":"x","value":2})", R"({"id":"x","note":"n"})", R"({"id":"x","status":"won","value":3})",
                                     R"({"id":"x","value":null})", R"({"id":"x","value":5})"));
}

TEST(merging, each_result_says_which_request_carried_its_event) {
  world w(slow, "topics: { lead_changes: [changes], dead_letters: changes.dead, results: changes.results }");
  w.kafka.assign(1);
  deliver(w, 1, 3);
  ASSERT_TRUE(w.settle_all());
  w.loop.run_for(1s);
  ASSERT_EQ(w.log.written.size(), 3u);
  for (std::size_t index = 0; index < 2; ++index) {
    EXPECT_THAT(*w.log.written[index].value, HasSubstr(R"("event_id":"e1-)" + std::to_string(index + 1) + "\""));
    EXPECT_THAT(*w.log.written[index].value, HasSubstr(R"("outcome":"merged")"));
    EXPECT_THAT(*w.log.written[index].value, HasSubstr(R"("request":"e1-3")"));
  }
  EXPECT_THAT(*w.log.written[2].value, HasSubstr(R"("outcome":"delivered")"));
  EXPECT_THAT(*w.log.written[2].value, testing::Not(HasSubstr("\"request\"")));
}

TEST(merging, changes_rejected_together_go_one_by_one_and_only_the_bad_one_is_buried) {
  world w(slow);
  w.kafka.assign(1);
  std::size_t sent_alone = 0;
  w.provider.react = [&](const seen_request& seen) {
    if (w.provider.requests.size() == 1) return reaction{.status = 422};
    ++sent_alone;
    return reaction{.status = seen.body == orwel_body(3) ? 422u : 200u};
  };
  deliver(w, 1, 5);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(bodies(w), ElementsAre(orwel_body(5), orwel_body(1), orwel_body(2), orwel_body(3), orwel_body(4), orwel_body(5)));
  EXPECT_EQ(sent_alone, 5u);
  ASSERT_EQ(w.log.written.size(), 1u);
  EXPECT_EQ(w.log.written[0].value, orwel_event(1, 3));
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.reason"), "rejected");
  EXPECT_EQ(w.log.written[0].headers.at("leadrelay.attempts"), "1");
}

TEST(merging, a_request_of_several_leaves_once_its_mark_is_committed) {
  world w(slow);
  w.kafka.assign(1);
  w.provider.react = [&](const seen_request&) {
    EXPECT_THAT(started(w), ElementsAre(2));
    return reaction{};
  };
  deliver(w, 1, 3);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.requests.size(), 1u);
  EXPECT_EQ(w.kafka.metadata[0], "");
}

TEST(merging, the_mark_stays_where_the_changes_may_have_been_applied_and_goes_where_they_have_not) {
  for (const unsigned status : {500u, 429u}) {
    world w(account("orwel", "limits: [ { requests: 1, per: 1s } ], retry: { first_wait: 50s, longest_wait: 50s }"));
    w.kafka.assign(1);
    w.provider.react = [&](const seen_request&) { return reaction{.status = status, .headers = {{"Retry-After", "30"}}}; };
    deliver(w, 1, 3);
    w.loop.run_for(10s);
    EXPECT_EQ(w.provider.requests.size(), 1u);
    EXPECT_EQ(started(w).size(), status == 500 ? 1u : 0u) << status;
  }
}

TEST(merging, after_a_crash_what_may_have_been_applied_together_never_goes_apart) {
  for (const std::string& text : {world::default_accounts, account("orwel", "merging: false, limits: []")}) {
    world w(text);
    leave_marked(w, 4);
    deliver(w, 1, 2);
    w.kafka.deliver(0, "other", orwel_event(2, 1));
    w.loop.run_for(5s);
    EXPECT_TRUE(w.provider.requests.empty()) << "before it is read as far as the mark";
    deliver(w, 3, 6);
    ASSERT_TRUE(w.settle_all());
    // The mark at offset 4 is change 4's, as the other lead's change has offset 2.
    EXPECT_THAT(w.provider.applied_to(orwel_target(1)), ElementsAre(orwel_body(4), orwel_body(5), orwel_body(6)));
    EXPECT_EQ(w.provider.applied_to(orwel_target(2)).size(), 1u);
    EXPECT_TRUE(w.log.written.empty());
  }
}

}  // namespace
}  // namespace leadrelay
