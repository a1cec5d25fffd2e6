#include "kafka/log_scanner.hpp"

#include <atomic>

#include <gmock/gmock.h>

#include "unit/kafka/kafka_world.hpp"

namespace leadrelay::kafka {
namespace {

TEST(log_scanner, reads_a_span_and_nothing_beyond_it) {
  test_loop loop;
  const std::string topic = fresh_topic(1);
  ASSERT_TRUE(write(loop, topic, 0, 5));
  const auto scanner = log_scanner::make(properties_for("scans"));
  ASSERT_TRUE(scanner) << scanner.error().what;
  std::vector<std::int64_t> offsets;
  const auto failed = (*scanner)->scan({{topic, 0}, 1, 4}, [&](events::record&& record) {
    offsets.push_back(record.offset);
    return true;
  });
  EXPECT_FALSE(failed) << failed->what;
  EXPECT_THAT(offsets, testing::ElementsAre(1, 2, 3));
}

TEST(log_scanner, that_is_told_to_stop_stops_though_nothing_comes) {
  test_loop loop;
  const std::string topic = fresh_topic(1);
  ASSERT_TRUE(write(loop, topic, 0, 5));
  std::atomic<bool> stop = false;
  const auto scanner = log_scanner::make(properties_for("scans"), &stop);
  ASSERT_TRUE(scanner) << scanner.error().what;
  const auto began = std::chrono::steady_clock::now();
  const auto failed = (*scanner)->scan({{topic, 0}, 0, 100}, [&](events::record&& record) {
    stop = record.offset == 4;  // the last, while more are expected
    return true;
  });
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->what, told_to_stop);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
}

}  // namespace
}  // namespace leadrelay::kafka
