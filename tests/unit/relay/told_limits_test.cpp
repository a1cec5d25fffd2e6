#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/date_time.hpp"
#include "simulation/simulated_world.hpp"

namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using namespace std::chrono_literals;

using header_list = std::vector<std::pair<std::string, std::string>>;

/// A provider that allows so many requests in each of its windows, and tells with each answer what is left.
struct telling_provider {
  world& of;
  int allowed;
  duration window;
  duration ahead{};  ///< the worker's clock before the provider's
  std::function<duration(int)> latency = [](int) { return 20ms; };
  bool tells_when = false;  ///< Retry-After with a refusal
  time_point ends{};
  int left = 0;
  int taken = 0;
  int refused = 0;

  void start() {
    of.provider.react = [this](const seen_request&) { return answer(); };
  }

  reaction answer() {
    if (of.loop.now() >= ends) {
      ends = of.loop.now() + window;
      left = allowed;
    }
    const bool fits = left > 0;
    left -= fits ? 1 : 0;
    ++(fits ? taken : refused);
    reaction out{.status = fits ? 200u : 429u, .latency = latency(taken), .headers = told()};
    if (!fits && tells_when) out.headers.emplace_back("Retry-After", "3600");
    return out;
  }

  /// As Orwel does, in Unix time.
  header_list told() const {
    const wall_time here = of.loop.wall_now();
    const auto reset =
        std::chrono::ceil<std::chrono::seconds>(here + std::chrono::ceil<std::chrono::milliseconds>(ends - of.loop.now() - ahead));
    header_list out{{"X-RateLimit-Remaining", std::to_string(left)},
                    {"X-RateLimit-Reset", std::to_string(reset.time_since_epoch().count())}};
    if (ahead != duration::zero()) out.emplace_back("Date", format_http_date(here - std::chrono::floor<std::chrono::milliseconds>(ahead)));
    return out;
  }
};

void deliver(world& w, int leads, int first = 1) {
  for (int lead = first; lead < first + leads; ++lead) w.kafka.deliver(0, "lead" + std::to_string(lead), orwel_event(lead, 1));
}

TEST(told_limits_story, what_is_left_for_an_hour_is_waited_for_an_hour) {
  world w;
  w.kafka.assign(1);
  telling_provider tells{.of = w, .allowed = 100, .window = 1h};
  tells.start();
  deliver(w, 250);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(tells.taken, 250);
  EXPECT_EQ(tells.refused, 0);
  EXPECT_LE(w.loop.now() - w.provider.requests.front().at, 2h + 5s);
}

TEST(told_limits_story, answers_in_any_order_let_no_more_leave_than_are_left) {
  world w;
  w.kafka.assign(1);
  telling_provider tells{.of = w, .allowed = 103, .window = 1min};
  tells.latency = [](int number) { return 20ms + 37ms * ((number * 7) % 11); };
  tells.start();
  deliver(w, 400);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(tells.refused, 0);
  EXPECT_LE(w.loop.now() - w.provider.requests.front().at, 3min + 5s) << "all that are left leave";
}

TEST(told_limits_story, connections_that_fail_take_nothing_of_what_is_left) {
  world w;
  w.kafka.assign(1);
  telling_provider tells{.of = w, .allowed = 3, .window = 1h};
  tells.start();
  deliver(w, 1);
  ASSERT_TRUE(w.settle_all());
  w.loop.run_for(2min);  // no connection stays idle for so long
  int failures = 2;
  w.provider.on_connect = [&] { return failures-- > 0 ? http::transport_error::connect_failed : http::transport_error::none; };
  deliver(w, 2, 2);
  w.loop.run_for(1min);
  EXPECT_EQ(tells.taken, 3);
  EXPECT_EQ(tells.refused, 0);
}

TEST(told_limits_story, a_clock_that_is_ahead_of_the_providers_voids_nothing) {
  world w;
  w.kafka.assign(1);
  telling_provider tells{.of = w, .allowed = 50, .window = 1min, .ahead = 90s};
  tells.start();
  deliver(w, 120);
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(tells.refused, 0);
}

/// The wait is cut short, so that the provider may still refuse: one asks, not all.
TEST(told_limits_story, after_a_wait_one_request_asks_whether_it_is_over) {
  world w("  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 64 }\n");
  w.kafka.assign(1);
  int refused = 0;
  bool open = true;
  w.provider.react = [&](const seen_request&) {
    if (open) return reaction{};
    ++refused;
    return reaction{.status = 429, .headers = {{"Retry-After", "3600"}}};
  };
  deliver(w, 100);
  ASSERT_TRUE(w.settle_all());
  open = false;
  deliver(w, 100, 101);
  w.loop.run_for(1min);
  const int at_first = refused;
  w.loop.run_for(1h);
  EXPECT_LE(refused - at_first, 12) << "each 5 minutes, the longest wait by default";
  EXPECT_GE(refused - at_first, 11);
  open = true;
  ASSERT_TRUE(w.settle_all());
  EXPECT_EQ(w.provider.applied.size(), 200u);
}

}  // namespace
}  // namespace leadrelay
