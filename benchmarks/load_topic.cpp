// Makes a topic and fills it with lead changes of Orwel accounts, to which the leads belong in turn. The leads change in turn, or each as
// often as Zipf's law with exponent 1 has it. A change says in `sent_us` when it was written, in microseconds since 1970.
// load_topic BROKERS TOPIC PARTITIONS EVENTS LEADS ACCOUNTS native|changes even|zipf [PER_SECOND [LINGER_MS]]
// As fast as it goes where PER_SECOND is 0 or not said; otherwise prints of each event its `sent_us` and the milliseconds since 1970 at
// which the broker appended it. LINGER_MS: how long the producer waits for more, librdkafka's 5 unless said.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "topic_loader.hpp"

namespace {

using leadrelay::benchmarks::fail;
using leadrelay::benchmarks::topic_loader;

/// Which lead changes next, the same ones each time.
class lead_order {
 public:
  lead_order(long leads, bool is_skewed) : changes_(static_cast<std::size_t>(leads)) {
    for (long rank = 1; is_skewed && rank <= leads; ++rank)
      up_to_.push_back((up_to_.empty() ? 0 : up_to_.back()) + 1 / static_cast<double>(rank));
  }

  struct change {
    std::size_t lead = 0;
    long sequence = 0;  ///< of its lead's changes, from 1
  };

  change next() {
    const std::size_t lead = up_to_.empty() ? number_++ % changes_.size() : draw();
    return {lead, ++changes_[lead]};
  }

 private:
  std::size_t draw() {
    const double at = std::uniform_real_distribution<double>(0, up_to_.back())(random_);
    const auto found = static_cast<std::size_t>(std::ranges::upper_bound(up_to_, at) - up_to_.begin());
    return std::min(found, up_to_.size() - 1);
  }

  std::vector<long> changes_;  ///< so far, of each lead
  std::vector<double> up_to_;  ///< by rank, the weights of those up to it; empty where they change in turn
  std::mt19937_64 random_{1};
  std::size_t number_ = 0;
};

void write_event(topic_loader& loader, const char* topic, long number, lead_order::change of, std::size_t accounts, const char* part) {
  char lead[64];
  const int lead_size = std::snprintf(lead, sizeof lead, "550e8400-e29b-41d4-a716-%012zu", of.lead);
  static long long sent_us = 0;  // of no two events the same
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  sent_us = std::max<long long>(sent_us + 1, std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count());
  char value[512];
  const int size = std::snprintf(value, sizeof value,
                                 R"({"id":"bench-%ld","account":"bench-%zu","occurred_at":"2026-11-21T10:00:00Z","lead":{"id":"%s"},)"
                                 R"("%s":{"properties":{"status":"qualified","score":90,"seq":%ld,"sent_us":%lld,)"
                                 R"("text":"as much as people in sales write down after a call, about eighty characters"}}})",
                                 number, of.lead % accounts, lead, part, of.sequence, sent_us);
  loader.write(topic, std::nullopt, {lead, static_cast<std::size_t>(lead_size)}, {value, static_cast<std::size_t>(size)});
}

void print_appended(const rd_kafka_message_t& of) {
  static constexpr std::string_view name = R"("sent_us":)";
  const std::string value(static_cast<const char*>(of.payload), of.len);
  const long long sent_us = std::strtoll(value.c_str() + value.find(name) + name.size(), nullptr, 10);
  std::printf("%lld %lld\n", sent_us, static_cast<long long>(rd_kafka_message_timestamp(&of, nullptr)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 9 || argc > 11)
    fail("usage", "load_topic BROKERS TOPIC PARTITIONS EVENTS LEADS ACCOUNTS native|changes even|zipf [PER_SECOND [LINGER_MS]]");
  const double per_second = argc > 9 ? std::atof(argv[9]) : 0;
  topic_loader loader(argv[1], argc > 10 ? argv[10] : nullptr, per_second > 0 ? print_appended : nullptr);
  loader.make_topic(argv[2], std::atoi(argv[3]));
  const long events = std::atol(argv[4]);
  lead_order order(std::atol(argv[5]), std::string_view(argv[8]) == "zipf");
  const double interval_s = per_second > 0 ? 1 / per_second : 0;
  auto began = std::chrono::steady_clock::now();
  for (long number = 0; number < events; ++number) {
    if (number == 1 && interval_s > 0) {  // the first also waits for the connection, which is none of the events' time
      loader.flush();
      began = std::chrono::steady_clock::now();
    }
    const std::chrono::duration<double> due(static_cast<double>(number) * interval_s);
    std::this_thread::sleep_until(began + std::chrono::duration_cast<std::chrono::nanoseconds>(due));
    write_event(loader, argv[2], number, order.next(), std::strtoul(argv[6], nullptr, 10), argv[7]);
  }
  loader.flush();
  return 0;
}
