#include "tracing/change_trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadrelay::tracing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr trace_id made{0x10, 0x20};
constexpr span_id own = 0x30;
constexpr time_point start{1h};
const wall_time wall{std::chrono::milliseconds{1'800'000'000'123}};
constexpr std::uint64_t start_ns = 1'800'000'000'123'000'000;

trace_context record_of(std::uint8_t flags) { return {.trace = {1, 2}, .parent = 3, .flags = flags, .state = "a=1"}; }

change_trace traced(std::optional<trace_context> parent = {}, const sampling& by = {}) {
  return change_trace(std::move(parent), made, own, by, {start, wall});
}

std::vector<std::string_view> names(const span& of) {
  std::vector<std::string_view> out;
  for (const span_event& each : of.events) out.push_back(each.name);
  return out;
}

TEST(change_trace, goes_on_with_the_trace_of_its_record) {
  const change_trace one = traced(record_of(sampled_flag));
  EXPECT_EQ(one.context(), (trace_context{{1, 2}, own, sampled_flag, "a=1"}));
  const span process = one.end(start + 1s);
  EXPECT_EQ(process.within, (trace_context{{1, 2}, 3, sampled_flag, "a=1"}));
  EXPECT_TRUE(process.parent_is_remote);
  EXPECT_EQ(process.id, own);
  EXPECT_EQ(process.kind, span_kind::consumer);
}

TEST(change_trace, begins_a_random_one_where_its_record_has_none) {
  const change_trace one = traced();
  EXPECT_EQ(one.context(), (trace_context{made, own, sampled_flag | random_flag, ""}));
  EXPECT_EQ(one.end(start).within.parent, 0u);
  EXPECT_FALSE(one.end(start).parent_is_remote);
}

TEST(change_trace, tells_the_provider_whether_it_is_recorded_here) {
  EXPECT_FALSE(traced(record_of(0)).sampled());
  EXPECT_EQ(traced({}, {.ratio = 0}).context().flags, random_flag);
  EXPECT_EQ(traced(record_of(sampled_flag | random_flag), {.ratio = 0, .parent_based = false}).context().flags, random_flag);
  EXPECT_EQ(traced(record_of(0), {.ratio = 1, .parent_based = false}).context().flags, sampled_flag);
}

TEST(change_trace, times_are_the_calendar_s_in_nanoseconds) {
  const span process = traced().end(start + 1500ns);
  EXPECT_EQ(process.start_ns, start_ns);
  EXPECT_EQ(process.end_ns, start_ns + 1500);
}

TEST(change_trace, first_wait_begins_with_it_and_tells_its_steps) {
  change_trace one = traced();
  EXPECT_TRUE(one.is_waiting());
  one.begin_step("at_gate", start + 1ms);
  one.begin_step("connecting", start + 2ms);
  const span wait = one.end_wait(7, start + 3ms);
  EXPECT_EQ(wait.name, "wait");
  EXPECT_EQ(wait.id, 7u);
  EXPECT_EQ(wait.within, one.context());
  EXPECT_EQ(wait.kind, span_kind::internal);
  EXPECT_EQ(wait.start_ns, start_ns);
  EXPECT_EQ(wait.end_ns, start_ns + 3'000'000);
  EXPECT_THAT(names(wait), ElementsAre("at_gate", "connecting"));
  EXPECT_EQ(wait.events[1].at_ns, start_ns + 2'000'000);
}

TEST(change_trace, next_wait_begins_where_the_try_has_ended) {
  change_trace one = traced();
  one.begin_step("at_gate", start);
  one.end_wait(7, start + 1s);
  one.resume(start + 3s);
  EXPECT_FALSE(one.is_waiting()) << "nothing to wait for has begun";
  one.begin_step("backing_off", start + 3s);
  EXPECT_TRUE(one.is_waiting());
  const span wait = one.end_wait(8, start + 4s);
  EXPECT_EQ(wait.start_ns, start_ns + 3'000'000'000);
  EXPECT_THAT(names(wait), ElementsAre("backing_off"));
}

TEST(change_trace, wait_without_end_stays_small) {
  change_trace one = traced();
  for (int count = 0; count < 40; ++count) one.begin_step("at_gate", start);
  const span first = one.end_wait(7, start);
  EXPECT_THAT(first.events, SizeIs(32));
  EXPECT_EQ(first.dropped_events, 8u);
  const span next = one.end_wait(8, start);
  EXPECT_THAT(next.events, IsEmpty());
  EXPECT_EQ(next.dropped_events, 0u);
}

TEST(change_trace, last_request_that_it_was_part_of_is_linked) {
  change_trace one = traced();
  EXPECT_THAT(one.end(start).links, IsEmpty());
  one.add_link({{4, 5}, 6, 0});
  one.add_link({{7, 8}, 9, 1});
  EXPECT_THAT(one.end(start).links, ElementsAre(span_link{{7, 8}, 9, 1}));
}

}  // namespace
}  // namespace leadrelay::tracing
