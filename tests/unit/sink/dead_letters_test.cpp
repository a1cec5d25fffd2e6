#include "sink/dead_letters.hpp"

#include <gmock/gmock.h>

#include "unit/sink/fake_producer.hpp"

namespace leadrelay::sink {
namespace {

TEST(dead_letters, keeps_the_record_until_its_letter_is_acknowledged) {
  boost::asio::io_context context{1};
  still_loop loop{context};
  fake_producer producer;
  dead_letters sink(loop, producer, "dead");
  bool settled = false;
  events::record record = events::copy_record("key", "value", {{"h", "1"}});
  record.topic = std::make_shared<const std::string>("lead-changes");
  sink.write(std::move(record), {.reason = reason::conflict, .detail = "d"}, [&] { settled = true; });
  producer.report_first("broker gone");
  EXPECT_FALSE(settled);
  loop.advance(100ms);
  ASSERT_EQ(producer.taken.size(), 1u);
  EXPECT_EQ(producer.taken[0].topic, "dead");
  EXPECT_EQ(producer.taken[0].key, "key");
  EXPECT_EQ(producer.taken[0].value, "value");
  EXPECT_EQ(producer.taken[0].headers[0].name, "h");
  EXPECT_EQ(producer.taken[0].headers[1].value, "conflict");
  producer.report_first("");
  EXPECT_TRUE(settled);
  EXPECT_EQ(sink.written(), 1u);
  EXPECT_EQ(sink.failures(), 1u);
  EXPECT_EQ(sink.unwritten(), 0u);
}

TEST(dead_letters, a_letter_too_large_for_its_topic_is_written_smaller) {
  boost::asio::io_context context{1};
  still_loop loop{context};
  fake_producer producer;
  dead_letters sink(loop, producer, "dead");
  bool settled = false;
  sink.write(events::copy_record("key", std::string(100, 'v'), {}), {.reason = reason::conflict, .detail = "d"}, [&] { settled = true; });
  producer.report_first("broker away");
  loop.advance(100ms);
  EXPECT_EQ(producer.taken.at(0).value->size(), 100u);
  producer.report_first("MSG_SIZE_TOO_LARGE: Broker: Message size too large");
  sink.write(events::copy_record("next", "n", {}), {.reason = reason::conflict, .detail = "d"}, [] {});
  loop.advance(200ms);
  ASSERT_EQ(producer.taken.size(), 1u) << "it goes alone, whole: the batch may have been too large";
  EXPECT_EQ(producer.taken[0].value->size(), 100u);
  producer.report_first("MSG_SIZE_TOO_LARGE: Broker: Message size too large");
  for (int wait = 0; producer.taken.empty() && wait < 10; ++wait) loop.advance(1s);
  EXPECT_EQ(producer.taken.at(0).key, "next");
  producer.report_first("");
  loop.advance(1s);
  ASSERT_EQ(producer.taken.size(), 1u);
  EXPECT_EQ(producer.taken[0].value->size(), 50u);
  producer.report_first("");
  EXPECT_TRUE(settled);
}

TEST(dead_letters, stopped_leaves_a_letter_unsettled) {
  boost::asio::io_context context{1};
  still_loop loop{context};
  fake_producer producer;
  dead_letters sink(loop, producer, "dead");
  sink.write(events::copy_record(std::nullopt, std::nullopt, {}), {}, [] { FAIL(); });
  sink.stop();
  producer.report_first("");
}

}  // namespace
}  // namespace leadrelay::sink
