#include <random>

#include <gtest/gtest.h>

#include "simulation/simulated_world.hpp"

// Whole runs in random worlds: whatever the provider does and however often the partitions are taken back, every change is applied in the
// order of its lead, nothing is lost, and everything is committed in the end. A failing seed is named by its test's output.
namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::orwel_target;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using namespace std::chrono_literals;

constexpr int partitions = 4;
constexpr int leads = 30;
constexpr int changes = 12;

reaction random_reaction(std::mt19937& random) {
  const auto latency = std::chrono::milliseconds{1 + random() % 200};
  switch (random() % 12) {
    case 0: return {.status = 503, .latency = latency};
    case 1: return {.status = 429, .latency = latency, .headers = {{"Retry-After", std::to_string(random() % 3)}}};
    case 2: return {.latency = latency, .error = http::transport_error::connection_lost, .applies = false};
    case 3: return {.latency = latency, .error = http::transport_error::connection_lost, .applies = true};
    case 4: return {.latency = 1h};
    case 5: return {.status = random() % 8 == 0 ? 401u : 500u, .latency = latency};
    default: return {.latency = latency};
  }
}

int sequence_of(const std::string& body) { return std::stoi(body.substr(body.find("seq\":") + 5)); }

/// Never back in time beyond what a repeat of the same change is, and without merging none is left out.
void expect_in_order(const world& w, int lead, bool merges) {
  int last = 0;
  for (const std::string& body : w.provider.applied_to(orwel_target(lead))) {
    const int sequence = sequence_of(body);
    ASSERT_TRUE(merges ? sequence >= last : sequence == last || sequence == last + 1)
        << "lead " << lead << ": " << sequence << " after " << last;
    last = sequence;
  }
  EXPECT_EQ(last, changes) << "lead " << lead;
}

class random_world : public testing::TestWithParam<unsigned> {};

TEST_P(random_world, everything_is_applied_in_order_and_committed) {
  std::mt19937 random(GetParam());
  const bool merges = GetParam() % 2 == 0;
  world w(
      "  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [ { requests: 40, per: 1s } ],"
      " concurrency: 8, retry: { attempts: 100, give_up_after: 1d }, merging: " +
          std::string(merges ? "true" : "false") + " }\n",
      "", 256 << 10, GetParam());
  w.provider.react = [&](const seen_request&) { return random_reaction(random); };
  w.provider.on_connect = [&] { return random() % 10 == 0 ? http::transport_error::connect_failed : http::transport_error::none; };
  w.log.on_report = [&] { return std::string(random() % 4 == 0 ? "broker away" : ""); };
  w.kafka.assign(partitions);
  for (int number = 1; number <= changes; ++number)
    for (int lead = 0; lead < leads; ++lead) {
      w.kafka.deliver(lead % partitions, "k" + std::to_string(lead), orwel_event(lead, number));
      if (random() % 10 == 0) w.kafka.refuse_commits = random() % 3 == 0;
      if (random() % 4 == 0) w.loop.run_for(std::chrono::milliseconds{random() % 300});
    }
  w.kafka.refuse_commits = false;
  ASSERT_TRUE(w.settle_all()) << "not all was settled";
  EXPECT_FALSE(w.provider.overlapped);
  EXPECT_TRUE(w.log.written.empty());
  for (int lead = 0; lead < leads; ++lead) expect_in_order(w, lead, merges);
  EXPECT_TRUE(w.drain());
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(seeds, random_world, testing::Range(1u, 41u));

}  // namespace
}  // namespace leadrelay
