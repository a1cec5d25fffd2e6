#include "sink/results.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "unit/sink/fake_producer.hpp"

namespace leadrelay::sink {
namespace {

const result full = {.event_id = "01J", .account = "acme", .provider = "octanist", .outcome = ending::dead_lettered,
                     .reason = reason::rejected, .http_status = 400, .attempts = 2, .topic = "lead-changes", .partition = 1,
                     .offset = 77, .settled_at = wall_time(std::chrono::milliseconds(1'795'255'200'000)), .leads_updated = 3,
                     .request = "01K"};

TEST(make_result, says_everything_in_order) {
  EXPECT_EQ(make_result(full),
            R"({"event_id":"01J","account":"acme","provider":"octanist","outcome":"dead_lettered","reason":"rejected","http_status":400,)"
            R"("attempts":2,"topic":"lead-changes","partition":1,"offset":77,"settled_at":"2026-11-21T10:00:00.000Z","leads_updated":3,)"
            R"("request":"01K"})");
}

TEST(make_result, leaves_out_what_is_not_there) {
  EXPECT_EQ(make_result({.outcome = ending::delivered, .topic = "t", .partition = 0, .offset = 0}),
            R"({"outcome":"delivered","topic":"t","partition":0,"offset":0,"settled_at":"1970-01-01T00:00:00.000Z"})");
}

TEST(make_result, is_json_whatever_the_event_id_holds) {
  const auto made = make_result({.event_id = "a\"\\\n\x01\xc3\xa4", .outcome = ending::merged});
  const auto parsed = json::parse(made);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(json::text((*parsed)["event_id"]), "a\"\\\n\x01\xc3\xa4");
  EXPECT_EQ(json::text((*parsed)["outcome"]), "merged");
}

class the_results : public testing::Test {
 protected:
  boost::asio::io_context context{1};
  still_loop loop{context};
  fake_producer producer;
  results sink{loop, producer, "results", 3};
};

TEST_F(the_results, go_to_their_topic_with_the_records_key) {
  sink.write("key", full);
  sink.write(std::nullopt, full);
  ASSERT_EQ(producer.taken.size(), 2u);
  EXPECT_EQ(producer.taken[0].topic, "results");
  EXPECT_EQ(producer.taken[0].key, "key");
  EXPECT_EQ(producer.taken[1].key, std::nullopt);
  EXPECT_EQ(producer.taken[1].value, make_result(full));
}

TEST_F(the_results, beyond_the_bound_are_dropped_and_counted) {
  for (int n = 0; n < 5; ++n) sink.write("key", full);
  EXPECT_EQ(producer.taken.size(), 3u);
  EXPECT_EQ(sink.dropped(), 2u);
  producer.report_first("");
  sink.write("key", full);
  EXPECT_EQ(sink.dropped(), 2u);
  EXPECT_EQ(sink.unwritten(), 3u);
}

TEST_F(the_results, that_fail_are_written_again) {
  sink.write("key", full);
  producer.report_first("failed");
  loop.advance(100ms);
  producer.report_first("");
  EXPECT_EQ(sink.written(), 1u);
  EXPECT_EQ(sink.failures(), 1u);
}

TEST_F(the_results, are_flushed_when_written_or_when_the_time_is_over) {
  sink.write("key", full);
  bool flushed = false;
  const auto flush = [&] {
    flushed = false;
    boost::asio::co_spawn(loop.executor(), sink.flush(1s), [&](std::exception_ptr) { flushed = true; });
    loop.advance(0ms);
  };
  flush();
  EXPECT_FALSE(flushed);
  producer.report_first("");
  loop.advance(0ms);
  EXPECT_TRUE(flushed);
  sink.write("key", full);
  flush();
  loop.advance(999ms);
  EXPECT_FALSE(flushed);
  loop.advance(1ms);
  EXPECT_TRUE(flushed);
}

}  // namespace
}  // namespace leadrelay::sink
