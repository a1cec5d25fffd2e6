#include "sink/retrying_writer.hpp"

#include <gmock/gmock.h>

#include "unit/sink/fake_producer.hpp"

namespace leadrelay::sink {
namespace {

class a_retrying_writer : public testing::Test {
 protected:
  void write(const std::string& value) {
    writer.write([value](int) { return kafka::outgoing_record{.topic = "t", .partition = {}, .key = {}, .value = value, .headers = {}}; },
                 [this, value] { told.push_back(value); });
  }

  boost::asio::io_context context{1};
  still_loop loop{context};
  fake_producer producer;
  retrying_writer writer{loop, producer, "things"};
  std::vector<std::string> told;
};

TEST_F(a_retrying_writer, tells_once_when_the_record_is_acknowledged) {
  write("a");
  EXPECT_EQ(writer.unwritten(), 1u);
  EXPECT_TRUE(told.empty());
  producer.report_first("");
  EXPECT_THAT(told, testing::ElementsAre("a"));
  EXPECT_EQ(writer.unwritten(), 0u);
  EXPECT_EQ(writer.written(), 1u);
  EXPECT_EQ(writer.failures(), 0u);
}

TEST_F(a_retrying_writer, waits_longer_and_longer_while_the_queue_is_full) {
  producer.refusal = "queue full";
  write("a");
  EXPECT_EQ(producer.asked, 1);
  loop.advance(99ms);
  EXPECT_EQ(producer.asked, 1);
  loop.advance(1ms);
  EXPECT_EQ(producer.asked, 2);
  loop.advance(199ms);
  EXPECT_EQ(producer.asked, 2);
  loop.advance(1ms);
  EXPECT_EQ(producer.asked, 3);
  for (int n = 0; n < 20; ++n) loop.advance(10s);
  const int asked = producer.asked;
  loop.advance(9999ms);
  EXPECT_EQ(producer.asked, asked);
  loop.advance(1ms);
  EXPECT_EQ(producer.asked, asked + 1) << "at most 10 s apart";
  producer.refusal.clear();
  loop.advance(10s);
  producer.report_first("");
  EXPECT_THAT(told, testing::ElementsAre("a"));
}

TEST_F(a_retrying_writer, keeps_the_order_of_those_that_wait) {
  producer.refusal = "queue full";
  write("a");
  write("b");
  producer.refusal.clear();
  write("c");
  EXPECT_TRUE(producer.taken.empty()) << "nobody overtakes";
  loop.advance(100ms);
  ASSERT_EQ(producer.taken.size(), 3u);
  for (int n = 0; n < 3; ++n) producer.report_first("");
  EXPECT_THAT(told, testing::ElementsAre("a", "b", "c"));
}

TEST_F(a_retrying_writer, writes_a_failed_record_again_whole) {
  write("a");
  producer.report_first("timed out");
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(writer.failures(), 1u);
  EXPECT_EQ(writer.unwritten(), 1u);
  loop.advance(100ms);
  ASSERT_EQ(producer.taken.size(), 1u);
  EXPECT_EQ(producer.taken[0].value, "a");
  producer.report_first("");
  EXPECT_THAT(told, testing::ElementsAre("a"));
}

TEST_F(a_retrying_writer, starts_from_a_short_back_off_after_success) {
  write("a");
  for (int n = 0; n < 5; ++n) {
    producer.report_first("failed");
    loop.advance(10s);
  }
  producer.report_first("");
  write("b");
  producer.report_first("failed");
  loop.advance(100ms);
  EXPECT_EQ(producer.taken.size(), 1u);
}

TEST_F(a_retrying_writer, stopped_tells_and_writes_nothing) {
  write("a");
  producer.refusal = "queue full";
  write("b");
  writer.stop();
  producer.refusal.clear();
  producer.report_first("");
  loop.advance(1h);
  write("c");
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(producer.taken.empty());
}

TEST_F(a_retrying_writer, may_be_destroyed_before_a_report_comes) {
  auto other = std::make_unique<retrying_writer>(loop, producer, "others");
  other->write([](int) { return kafka::outgoing_record{}; }, [] { FAIL(); });
  other.reset();
  producer.report_first("");
  loop.advance(1h);
}

}  // namespace
}  // namespace leadrelay::sink
