#include <gtest/gtest.h>

#include "unit/relay/parking_support.hpp"

// How far a worker reads ahead, and when it rests.
namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using namespace std::chrono_literals;

constexpr std::size_t enough = 100;

/// Makes the world's worker anew, which is given partitions.
void begin_anew(world& w) {
  w.enough_ahead = enough;
  w.restart();
  w.kafka.assign(2);
}

/// Changes of a lead each, from that number on.
void deliver(world& w, int first, int count) {
  for (int lead = first; lead < first + count; ++lead) w.kafka.deliver(lead % 2, "k" + std::to_string(lead), orwel_event(lead, 1));
}

std::uint64_t waiting(world& w) { return w.relay->snapshot().accounts[0].waiting; }

TEST(read_ahead, a_worker_with_enough_rests_until_half_of_it_is_left) {
  world w;
  begin_anew(w);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 100ms}; };
  deliver(w, 1, enough - 1);
  EXPECT_FALSE(w.kafka.rests);
  deliver(w, enough, 1);
  EXPECT_TRUE(w.kafka.rests);
  ASSERT_TRUE(w.loop.run_until([&] { return !w.kafka.rests; }));
  EXPECT_LT(waiting(w), enough / 2);
  EXPECT_GT(waiting(w), 0u);
  EXPECT_EQ(w.kafka.pauses, 0);
  EXPECT_TRUE(w.settle_all());
  EXPECT_EQ(w.kafka.times_rested, 1);
}

TEST(read_ahead, what_takes_long_is_read_past) {
  world w("  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [ { requests: 1, per: 1s } ] }\n");
  begin_anew(w);
  deliver(w, 1, enough);
  w.loop.run_for(4s);
  EXPECT_TRUE(w.kafka.rests);
  w.loop.run_for(3s);
  EXPECT_FALSE(w.kafka.rests);
  EXPECT_GT(waiting(w), enough / 2);
  deliver(w, enough + 1, enough);
  EXPECT_FALSE(w.kafka.rests);
}

TEST(read_ahead, an_account_that_is_down_holds_up_nobody) {
  world w;
  w.provider.on_connect = [] { return http::transport_error::connect_failed; };
  begin_anew(w);
  deliver(w, 1, enough);
  EXPECT_TRUE(w.kafka.rests);
  EXPECT_TRUE(w.loop.run_until([&] { return !w.kafka.rests; }, 20s));
}

TEST(read_ahead, dead_letters_that_cannot_be_written_hold_up_nobody) {
  world w;
  begin_anew(w);
  w.log.on_report = [] { return std::string("refused"); };
  for (std::size_t each = 0; each < enough; ++each) w.kafka.deliver(0, "k", "not JSON");
  EXPECT_TRUE(w.kafka.rests);
  EXPECT_TRUE(w.loop.run_until([&] { return !w.kafka.rests; }, 10s));
  EXPECT_EQ(w.log.written.size(), 0u);
}

TEST(read_ahead, a_worker_reads_on_as_far_as_the_former_owner_had_started) {
  world w;
  w.provider.react = [](const seen_request&) { return reaction{.latency = 1s}; };
  leave_marked(w, 200);
  begin_anew(w);
  deliver(w, 1, 2 * enough);
  EXPECT_EQ(w.kafka.times_rested, 0);
}

TEST(read_ahead, partitions_that_are_taken_back_end_the_rest) {
  world w;
  w.provider.react = [](const seen_request&) { return reaction{.latency = 1s}; };
  begin_anew(w);
  deliver(w, 1, enough);
  ASSERT_TRUE(w.kafka.rests);
  w.kafka.revoke();
  EXPECT_TRUE(w.loop.run_until([&] { return w.kafka.given_up == 1 && !w.kafka.rests; }, 20s));
}

TEST(read_ahead, more_requests_in_flight_want_more_read_ahead) {
  const auto account = [](int concurrency) {
    return "  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: " +
           std::to_string(concurrency) + " }\n";
  };
  world w(account(256));
  w.kafka.assign(2);
  deliver(w, 1, 4096);
  EXPECT_TRUE(w.kafka.rests);
  ASSERT_EQ(w.reload(account(6000)), std::nullopt);
  EXPECT_FALSE(w.kafka.rests) << "four changes for each request";
  deliver(w, 10'000, 24'000 - 4096);
  EXPECT_TRUE(w.kafka.rests);
  EXPECT_TRUE(w.settle_all());
}

}  // namespace
}  // namespace leadrelay
