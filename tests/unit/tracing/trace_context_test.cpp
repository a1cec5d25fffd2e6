#include "tracing/trace_context.hpp"

#include <gtest/gtest.h>

namespace leadrelay::tracing {
namespace {

const std::string ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

std::string again(const std::string& traceparent) {
  const auto parsed = parse_traceparent(traceparent);
  return parsed ? to_traceparent(*parsed) : "none";
}

TEST(traceparent, valid_one_is_read_and_written_as_it_was) {
  const auto parsed = parse_traceparent("00-" + ids + "-01");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->trace, (trace_id{0x0af7651916cd43dd, 0x8448eb211c80319c}));
  EXPECT_EQ(parsed->parent, 0xb7ad6b7169203331u);
  EXPECT_TRUE(parsed->sampled());
  EXPECT_EQ(to_traceparent(*parsed), "00-" + ids + "-01");
  EXPECT_EQ(to_string(parsed->trace), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(to_string(parsed->parent), "b7ad6b7169203331");
  EXPECT_EQ(again("00-" + ids + "-00"), "00-" + ids + "-00");
}

TEST(traceparent, ids_may_have_halves_of_zeros) {
  const std::string low = "00-0000000000000000000000000000000a-0000000000000001-00";
  const std::string high = "00-a0000000000000000000000000000000-1000000000000000-00";
  EXPECT_EQ(again(low), low);
  EXPECT_EQ(again(high), high);
}

TEST(traceparent, flags_that_are_known_stay_and_others_are_dropped) {
  EXPECT_EQ(again("00-" + ids + "-02"), "00-" + ids + "-02");
  EXPECT_EQ(again("00-" + ids + "-03"), "00-" + ids + "-03");
  EXPECT_EQ(again("00-" + ids + "-ff"), "00-" + ids + "-03");
  EXPECT_EQ(again("00-" + ids + "-08"), "00-" + ids + "-00");
}

TEST(traceparent, what_is_not_valid_is_none) {
  for (const std::string& bad : std::vector<std::string>{
           "",
           "00",
           "00-" + ids,
           "00-" + ids + "-",
           "00-" + ids + "-0",
           "00-" + ids + "-1",
           "00-" + ids + "-01-",
           "00-" + ids + "-01-what",
           "00-" + ids + "-01 ",
           " 00-" + ids + "-01",
           "00-" + ids + "-.0",
           "00-" + ids + "-0A",
           "ff-" + ids + "-01",
           "FF-" + ids + "-01",
           "0-" + ids + "-01",
           "000-" + ids + "-01",
           ".0-" + ids + "-01",
           "00_" + ids + "-01",
           "00-" + ids + "_01",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00-0af7651916cd43dd8448eb211c8031-b7ad6b716920333100-01",
           "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333\xc3-1",
       })
    EXPECT_EQ(again(bad), "none") << bad;
}

TEST(traceparent, later_version_gives_what_is_known_of_it) {
  EXPECT_EQ(again("01-" + ids + "-01"), "00-" + ids + "-01");
  EXPECT_EQ(again("cc-" + ids + "-01-what-the-future-will-be-like"), "00-" + ids + "-01");
  EXPECT_EQ(again("cc-" + ids + "-01-"), "00-" + ids + "-01");
  EXPECT_EQ(again("cc-" + ids + "-01.what-the-future-will-be-like"), "none");
  EXPECT_EQ(again("cc-" + ids + "-0"), "none");
}

TEST(trace_context, is_read_from_headers_of_any_case_and_the_last_traceparent_counts) {
  const std::string first = "00-11111111111111111111111111111111-1111111111111111-01";
  const std::string last = "00-" + ids + "-01";
  const auto read =
      read_trace_context({{"TraceParent", first}, {"x", "y"}, {"TRACEPARENT", last}, {"TraceState", "a=1"}, {"tracestate", "b=2"}});
  ASSERT_TRUE(read);
  EXPECT_EQ(to_traceparent(*read), last);
  EXPECT_EQ(read->state, "a=1,b=2");
  EXPECT_EQ(to_header_lines(*read), "traceparent: " + last + "\r\ntracestate: a=1,b=2\r\n");
}

TEST(trace_context, state_without_a_valid_parent_is_none) {
  EXPECT_FALSE(read_trace_context({}));
  EXPECT_FALSE(read_trace_context({{"tracestate", "a=1"}}));
  EXPECT_FALSE(read_trace_context({{"traceparent", std::nullopt}}));
  EXPECT_FALSE(read_trace_context({{"traceparent", "00-" + ids + "-01"}, {"traceparent", "broken"}})) << "the last one counts";
}

TEST(trace_context, parent_without_a_valid_state_stands_alone) {
  for (const std::optional<std::string_view>& state :
       std::vector<std::optional<std::string_view>>{std::nullopt, "", " , ", "broken", "a=1\r\nX: y"}) {
    const auto read = read_trace_context({{"traceparent", "00-" + ids + "-00"}, {"tracestate", state}});
    ASSERT_TRUE(read);
    EXPECT_EQ(to_header_lines(*read), "traceparent: 00-" + ids + "-00\r\n");
  }
}

}  // namespace
}  // namespace leadrelay::tracing
