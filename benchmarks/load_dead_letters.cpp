// Makes a topic of lead changes and one of dead letters of all of them, an Orwel account's, and fills both:
// load_dead_letters BROKERS TOPIC DEAD_TOPIC PARTITIONS LETTERS
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "topic_loader.hpp"

namespace {

using leadrelay::benchmarks::fail;
using leadrelay::benchmarks::topic_loader;

struct change {
  std::string key;
  std::string value;
  int partition = 0;
  long offset = 0;
};

change make_change(long number, int partitions) {
  char lead[64];
  std::snprintf(lead, sizeof lead, "550e8400-e29b-41d4-a716-%012ld", number);
  change out{lead, R"({"id":"bench-)" + std::to_string(number) + R"(","account":"bench-0","lead":{"id":")" + lead, 0, 0};
  out.value += R"("},"changes":{"properties":{"status":"qualified","text":"as much as people in sales write down after a call"}}})";
  out.partition = static_cast<int>(number % partitions);
  out.offset = number / partitions;
  return out;
}

rd_kafka_headers_t* make_headers(const change& of, const char* topic, long number) {
  const std::array<std::pair<const char*, std::string>, 8> all{{{"leadrelay.reason", number % 3 ? "rejected" : "retries_exhausted"},
                                                                {"leadrelay.detail", "HTTP 422 VALIDATION: a field is not as it has to be"},
                                                                {"leadrelay.account", "bench-0"},
                                                                {"leadrelay.provider", "orwel"},
                                                                {"leadrelay.topic", topic},
                                                                {"leadrelay.partition", std::to_string(of.partition)},
                                                                {"leadrelay.offset", std::to_string(of.offset)},
                                                                {"leadrelay.response", R"({"error":{"code":"VALIDATION"}})"}}};
  rd_kafka_headers_t* const out = rd_kafka_headers_new(all.size());
  for (const auto& [name, value] : all) rd_kafka_header_add(out, name, -1, value.data(), static_cast<ssize_t>(value.size()));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) fail("usage", "load_dead_letters BROKERS TOPIC DEAD_TOPIC PARTITIONS LETTERS");
  topic_loader loader(argv[1]);
  const int partitions = std::atoi(argv[4]);
  loader.make_topic(argv[2], partitions);
  loader.make_topic(argv[3], partitions);
  for (long number = 0, letters = std::atol(argv[5]); number < letters; ++number) {
    const change what = make_change(number, partitions);
    loader.write(argv[2], what.partition, what.key, what.value);
    loader.write(argv[3], what.partition, what.key, what.value, make_headers(what, argv[2], number));
  }
  loader.flush();
  return 0;
}
