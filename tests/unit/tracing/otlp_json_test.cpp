#include "tracing/otlp_json.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/version.hpp"

namespace leadrelay::tracing {
namespace {

const std::string before = R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"relay"}}]},)"
                           R"("scopeSpans":[{"scope":{"name":"leadrelay","version":")" +
                           std::string(version) + R"("},"spans":[)";
const std::string after = "]}]}]}";

std::string json_of(const std::vector<span>& spans) { return to_otlp_json({{"service.name", "relay"}}, spans); }

span smallest() {
  span out;
  out.within = {.trace = {0x0af7651916cd43dd, 0x8448eb211c80319c}, .parent = 0, .flags = 1, .state = {}};
  out.id = 0xb7ad6b7169203331;
  out.name = "wait";
  out.start_ns = 1'800'000'000'000'000'001;
  out.end_ns = 1'800'000'000'000'000'002;
  return out;
}

TEST(otlp_json, span_has_hexadecimal_ids_numbers_for_words_and_texts_for_long_numbers) {
  EXPECT_EQ(json_of({smallest()}),
            before +
                R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","flags":257,"name":"wait","kind":1,)"
                R"("startTimeUnixNano":"1800000000000000001","endTimeUnixNano":"1800000000000000002","attributes":[]})" +
                after);
}

TEST(otlp_json, span_has_all_that_there_is) {
  span all = smallest();
  all.within.parent = 0x0a;
  all.within.state = "a=1";
  all.parent_is_remote = true;
  all.kind = span_kind::consumer;
  all.attributes = {{"text", "a \"b\""}, {"number", std::int64_t{-9'007'199'254'740'993}}};
  all.events = {{"at_gate", 5}};
  all.dropped_events = 3;
  all.links = {{{1, 2}, 3, 1}};
  all.dropped_links = 4;
  all.failed = true;
  EXPECT_EQ(
      json_of({all}),
      before +
          R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","parentSpanId":"000000000000000a",)"
          R"("traceState":"a=1","flags":769,"name":"wait","kind":5,"startTimeUnixNano":"1800000000000000001",)"
          R"("endTimeUnixNano":"1800000000000000002","attributes":[{"key":"text","value":{"stringValue":"a \"b\""}},)"
          R"({"key":"number","value":{"intValue":"-9007199254740993"}}],"events":[{"timeUnixNano":"5","name":"at_gate"}],)"
          R"("droppedEventsCount":3,"links":[{"traceId":"00000000000000010000000000000002","spanId":"0000000000000003","flags":257}],)"
          R"("droppedLinksCount":4,"status":{"code":2}})" +
          after);
}

TEST(otlp_json, many_spans_are_one_json) {
  const std::string text = json_of({smallest(), smallest(), smallest()});
  const auto parsed = json::parse(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ((*parsed)["resourceSpans"][0]["scopeSpans"][0]["spans"].Size(), 3u);
}

TEST(otlp_answer, says_how_many_are_refused) {
  const partial_success told = read_otlp_answer(R"({"partialSuccess":{"rejectedSpans":"12","errorMessage":"too\nold"}})");
  EXPECT_EQ(told.rejected, 12);
  EXPECT_EQ(told.message.find('\n'), std::string::npos);
  EXPECT_EQ(read_otlp_answer(R"({"partialSuccess":{"rejectedSpans":3}})").rejected, 3);
  EXPECT_EQ(read_otlp_answer(R"({"partialSuccess":{"errorMessage":"well, but"}})").rejected, 0);
}

TEST(otlp_answer, that_says_nothing_of_it_refuses_nothing) {
  for (const char* body : {"", "{}", "[]", "no JSON", R"({"partialSuccess":null})", R"({"partialSuccess":{"rejectedSpans":"x"}})",
                           R"({"partialSuccess":{"rejectedSpans":-1}})", R"({"partialSuccess":{"rejectedSpans":1.5}})"})
    EXPECT_EQ(read_otlp_answer(body).rejected, 0) << body;
}

}  // namespace
}  // namespace leadrelay::tracing
