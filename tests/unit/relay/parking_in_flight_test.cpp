#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/relay/parking_support.hpp"

// What is under way while an account comes to be parked: requests that last, and ends of logs that are told late.
namespace leadrelay {
namespace {

using simulated::reaction;
using simulated::seen_request;
using namespace std::chrono_literals;

/// The provider's answers to acme take that long; it refuses the other's credential.
void answer_acme_after(simulated::world& w, duration time) {
  w.provider.react = [time](const seen_request& seen) {
    return lead_of(seen) < 100 ? reaction{.latency = time} : reaction{.status = 401u};
  };
}

TEST(parking_in_flight, an_end_that_is_told_late_takes_nothing_from_what_this_worker_has_moved) {
  parking_world w(two_accounts("limits: [], park: { after: 1h }"));
  w.logs.ends_are_known = false;
  w.reader.fetch_time = 1s;
  leave_parked(w, 1, 1, 0);
  w.logs.committed[{log_of_acme, 0}] = {{log_of_acme, 0}, 2, ""};
  w.kafka.assign(1);
  feed(w, 1, 2, 2);
  ASSERT_TRUE(w.loop.run_until([&] { return w.logs.size(log_of_acme) == 2; }, 500ms));
  w.relay->on_end_of_log({log_of_acme, 0}, 2);  // as it was before the move
  ASSERT_TRUE(w.run_until_settled(1min));
  EXPECT_EQ(w.provider.applied.size(), 1u);
}

TEST(parking_in_flight, an_account_all_of_whose_changes_wait_behind_a_request_in_flight_stays_parked) {
  parking_world w(two_accounts("limits: [], park: { after: 1h }", "limits: [], park: { after: 1h }"));
  answer_acme_after(w, 25s);
  w.kafka.assign(1);
  feed(w, 1, 0, 0);
  w.loop.run_for(100ms);
  fill_offset_map(w, [](int number) { return number % 3 == 0 ? 101 : 1; });
  w.loop.run_for(10s);
  EXPECT_EQ(w.of("acme").counts.parkings, 1u);
  EXPECT_EQ(w.parked("other"), 1u) << "it has the most changes there beside acme";
}

TEST(parking_in_flight, what_waits_behind_a_request_in_flight_is_parked_once_that_has_ended) {
  parking_world w(two_accounts("limits: [], park: { after: 1h }"));
  answer_acme_after(w, 25s);
  w.kafka.assign(1);
  feed(w, 1, 0, 0);
  w.loop.run_for(100ms);
  fill_offset_map(w, [](int) { return 1; });
  w.loop.run_for(30s);
  EXPECT_GT(w.logs.size(log_of_acme), 500u);
  EXPECT_FALSE(w.relay->snapshot().partitions.at(0).paused);
}

}  // namespace
}  // namespace leadrelay
