// Makes a topic and fills it with lead changes of Orwel accounts, to which the leads belong in turn:
// Each says in `sent_us` when it was written, in microseconds since 1970.
// load_topic BROKERS TOPIC PARTITIONS EVENTS LEADS ACCOUNTS native|changes [PER_SECOND]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "topic_loader.hpp"

namespace {

using leadrelay::benchmarks::fail;
using leadrelay::benchmarks::topic_loader;

void write_event(topic_loader& loader, const char* topic, long number, long leads, long accounts, const char* part) {
  char lead[64];
  const int lead_size = std::snprintf(lead, sizeof lead, "550e8400-e29b-41d4-a716-%012ld", number % leads);
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const long long sent_us = std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count();
  char value[512];
  const int size = std::snprintf(value, sizeof value,
                                 R"({"id":"bench-%ld","account":"bench-%ld","occurred_at":"2026-11-21T10:00:00Z","lead":{"id":"%s"},)"
                                 R"("%s":{"properties":{"status":"qualified","score":90,"seq":%ld,"sent_us":%lld,)"
                                 R"("text":"as much as people in sales write down after a call, about eighty characters"}}})",
                                 number, number % leads % accounts, lead, part, number / leads + 1, sent_us);
  loader.write(topic, std::nullopt, {lead, static_cast<std::size_t>(lead_size)}, {value, static_cast<std::size_t>(size)});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8 && argc != 9) fail("usage", "load_topic BROKERS TOPIC PARTITIONS EVENTS LEADS ACCOUNTS native|changes [PER_SECOND]");
  topic_loader loader(argv[1]);
  loader.make_topic(argv[2], std::atoi(argv[3]));
  const long events = std::atol(argv[4]);
  const double interval_s = argc == 9 ? 1 / std::atof(argv[8]) : 0;
  auto began = std::chrono::steady_clock::now();
  for (long number = 0; number < events; ++number) {
    if (number == 1 && interval_s > 0) {  // the first also waits for the connection, which is none of the events' time
      loader.flush();
      began = std::chrono::steady_clock::now();
    }
    const std::chrono::duration<double> due(static_cast<double>(number) * interval_s);
    std::this_thread::sleep_until(began + std::chrono::duration_cast<std::chrono::nanoseconds>(due));
    write_event(loader, argv[2], number, std::atol(argv[5]), std::atol(argv[6]), argv[7]);
  }
  loader.flush();
  return 0;
}
