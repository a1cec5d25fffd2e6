#include "tracing/trace_context.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "simulation/simulated_world.hpp"
#include "unit/relay/merging_support.hpp"

namespace leadrelay {
namespace {

using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string parent = "00-" + trace + "-b7ad6b7169203331-01";

/// The header's values in a request's header lines.
std::vector<std::string> values_of(const std::string& name, const seen_request& in) {
  std::vector<std::string> out;
  for (std::size_t at = in.headers.find(name + ": "); at != std::string::npos; at = in.headers.find(name + ": ", at + 1)) {
    const std::size_t begin = at + name.size() + 2;
    out.push_back(in.headers.substr(begin, in.headers.find("\r\n", at) - begin));
  }
  return out;
}

/// What the one `traceparent` of each request says.
std::vector<tracing::trace_context> contexts(const world& w) {
  std::vector<tracing::trace_context> out;
  for (const seen_request& each : w.provider.requests) {
    const auto values = values_of("traceparent", each);
    EXPECT_THAT(values, SizeIs(1));
    if (values.size() == 1) out.push_back(tracing::parse_traceparent(values[0]).value_or(tracing::trace_context{}));
  }
  return out;
}

void deliver_traced(world& w, int number, const std::vector<events::header>& headers) {
  w.kafka.deliver(0, "lead1", simulated::orwel_event(1, number), headers);
}

TEST(trace_context, of_the_record_goes_to_the_provider_with_another_parent) {
  world w;
  w.kafka.assign(1);
  deliver_traced(w, 1, {{"TraceParent", parent}, {"tracestate", "a=1, b=2"}});
  ASSERT_TRUE(w.settle_all());
  const auto sent = contexts(w);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(tracing::to_string(sent[0].trace), trace);
  EXPECT_EQ(sent[0].flags, tracing::sampled_flag);
  EXPECT_NE(tracing::to_string(sent[0].parent), "b7ad6b7169203331");
  EXPECT_THAT(values_of("tracestate", w.provider.requests[0]), ElementsAre("a=1,b=2"));
  EXPECT_TRUE(w.provider.requests[0].headers.ends_with("\r\n"));
}

TEST(trace_context, each_try_has_a_parent_of_its_own) {
  world w;
  w.kafka.assign(1);
  int tries = 0;
  w.provider.react = [&](const seen_request&) { return reaction{.status = ++tries < 4 ? 500u : 200u}; };
  deliver_traced(w, 1, {{"traceparent", "00-" + trace + "-b7ad6b7169203331-00"}});
  ASSERT_TRUE(w.settle_all());
  std::set<tracing::span_id> parents;
  for (const auto& each : contexts(w)) {
    EXPECT_EQ(tracing::to_string(each.trace), trace);
    EXPECT_EQ(each.flags, 0) << "whoever made it did not sample it, and nothing is recorded here";
    parents.insert(each.parent);
  }
  EXPECT_THAT(parents, AllOf(SizeIs(4), Not(testing::Contains(0u))));
}

TEST(trace_context, that_is_absent_or_invalid_is_not_sent) {
  world w;
  w.kafka.assign(1);
  deliver_traced(w, 1, {});
  deliver_traced(w, 2, {{"tracestate", "a=1"}});
  deliver_traced(w, 3, {{"traceparent", "00-" + trace + "-0000000000000000-01"}, {"tracestate", "a=1"}});
  deliver_traced(w, 4, {{"traceparent", parent + "\r\nAuthorization: other"}});
  ASSERT_TRUE(w.settle_all());
  for (const seen_request& each : w.provider.requests)
    EXPECT_THAT(each.headers, Not(testing::AnyOf(HasSubstr("trace"), HasSubstr("other"))));
}

TEST(trace_context, is_not_sent_where_the_account_refuses_it) {
  world w(account("orwel", "limits: [], trace_context: false"));
  w.kafka.assign(1);
  deliver_traced(w, 1, {{"traceparent", parent}, {"tracestate", "a=1"}});
  ASSERT_TRUE(w.settle_all());
  ASSERT_THAT(w.provider.requests, SizeIs(1));
  EXPECT_THAT(w.provider.requests[0].headers, Not(HasSubstr("trace")));
}

TEST(trace_context, of_several_changes_in_one_request_is_that_of_the_last) {
  world w;
  w.kafka.assign(1);
  int tries = 0;
  w.provider.react = [&](const seen_request&) { return reaction{.status = ++tries == 1 ? 503u : 200u}; };
  deliver_traced(w, 1, {{"traceparent", "00-11111111111111111111111111111111-1111111111111111-01"}});
  deliver_traced(w, 2, {});
  deliver_traced(w, 3, {{"traceparent", parent}});
  ASSERT_TRUE(w.settle_all());
  const auto sent = contexts(w);
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(tracing::to_string(sent[0].trace), "11111111111111111111111111111111");
  EXPECT_EQ(tracing::to_string(sent[1].trace), trace);
}

/// What a world logs at debug.
std::string logged(const std::function<void(world&)>& play) {
  world w;
  log::start(log::format::text, log::level::debug);
  testing::internal::CaptureStderr();
  w.kafka.assign(1);
  play(w);
  EXPECT_TRUE(w.settle_all());
  log::start(log::format::text, log::level::error);
  return testing::internal::GetCapturedStderr();
}

TEST(log_lines, of_one_event_carry_its_id_and_its_trace) {
  std::string sent;
  const std::string lines = logged([&](world& w) {
    deliver_traced(w, 1, {{"traceparent", parent}});
    w.settle_all();
    sent = tracing::to_string(contexts(w).front().parent);
  });
  EXPECT_THAT(lines, HasSubstr("attempt account=acme event_id=e1-1 trace_id=" + trace + " span_id=" + sent +
                               " changes=1 verdict=delivered http_status=200\n"));
  EXPECT_THAT(lines, HasSubstr("delivered account=acme event_id=e1-1 trace_id=" + trace + "\n"));
}

TEST(log_lines, of_a_dead_letter_that_cannot_be_written_carry_its_id) {
  const std::string lines = logged([](world& w) {
    w.provider.react = [](const seen_request&) { return reaction{.status = 400}; };
    w.log.on_produce = [] { return std::string("queue full"); };
    deliver_traced(w, 1, {});
    w.loop.run_for(5min);
    w.log.on_produce = [] { return std::string(); };
  });
  EXPECT_THAT(lines, HasSubstr("partition makes no progress topic=changes partition=0 offset=0 account=acme event_id=e1-1"));
  EXPECT_THAT(lines, HasSubstr("step=burying"));
}

TEST(log_lines, of_a_dead_letter_carry_its_id_and_its_trace) {
  const std::string lines = logged([](world& w) {
    w.provider.react = [](const seen_request&) { return reaction{.status = 422}; };
    deliver_traced(w, 1, {{"traceparent", parent}});
    w.kafka.deliver(0, "k", "no event", {{"traceparent", parent}});
  });
  EXPECT_THAT(
      lines,
      HasSubstr("dead letter reason=rejected topic=changes partition=0 offset=0 account=acme event_id=e1-1 trace_id=" + trace + "\n"));
  EXPECT_THAT(lines, HasSubstr("dead letter reason=undecodable topic=changes partition=0 offset=1 trace_id=" + trace + "\n"));
}

TEST(log_lines, of_an_event_without_a_trace_carry_its_id) {
  const std::string lines = logged([](world& w) { deliver_traced(w, 1, {}); });
  EXPECT_THAT(lines, HasSubstr("attempt account=acme event_id=e1-1 changes=1 verdict=delivered http_status=200\n"));
}

}  // namespace
}  // namespace leadrelay
