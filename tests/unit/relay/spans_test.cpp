#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tracing/otlp_json.hpp"
#include "unit/relay/parking_support.hpp"

namespace leadrelay {
namespace {

using simulated::orwel_event;
using simulated::reaction;
using simulated::seen_request;
using simulated::world;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

struct span_list final : tracing::span_sink {
  void take(tracing::span ended) override { all.push_back(std::move(ended)); }

  std::vector<tracing::span> named(const std::string& name) const {
    std::vector<tracing::span> out;
    for (const tracing::span& each : all)
      if (each.name == name) out.push_back(each);
    return out;
  }

  std::vector<tracing::span> all;
};

const std::string process = "process changes";
const std::string put = "PATCH /api/v1/leads/{id}";
const std::string send = "send changes.dead";
const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::vector<events::header> traced{{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}};

std::string attribute(const tracing::span& of, std::string_view name) {
  for (const tracing::attribute& each : of.attributes) {
    if (each.name != name) continue;
    const auto* text = std::get_if<std::string>(&each.value);
    return text ? *text : std::to_string(std::get<std::int64_t>(each.value));
  }
  return "none";
}

std::vector<std::string> attributes(const std::vector<tracing::span>& of, std::string_view name) {
  std::vector<std::string> out;
  for (const tracing::span& each : of) out.push_back(attribute(each, name));
  return out;
}

std::vector<std::string> names(const span_list& of) {
  std::vector<std::string> out;
  for (const tracing::span& each : of.all) out.push_back(each.name);
  return out;
}

std::vector<std::string_view> steps(const tracing::span& of) {
  std::vector<std::string_view> out;
  for (const tracing::span_event& each : of.events) out.push_back(each.name);
  return out;
}

/// A world whose relay traces.
template <class World>
void trace_into(World& w, span_list& spans) {
  w.spans = &spans;
  w.restart();
  w.kafka.assign(1);
}

void deliver_traced(world& w, int number, const std::vector<events::header>& headers = traced) {
  w.kafka.deliver(0, "lead1", orwel_event(1, number), headers);
}

TEST(spans, of_a_change_are_its_process_its_wait_and_its_attempt) {
  world w;
  span_list spans;
  trace_into(w, spans);
  deliver_traced(w, 1);
  ASSERT_TRUE(w.settle_all());
  ASSERT_THAT(spans.all, SizeIs(3));
  const tracing::span& wait = spans.all[0];
  const tracing::span& attempt = spans.all[1];
  const tracing::span& whole = spans.all[2];
  EXPECT_EQ(whole.name, process);
  EXPECT_EQ(wait.name, "wait");
  EXPECT_EQ(attempt.name, put);
  EXPECT_EQ(tracing::to_string(whole.within.parent), "b7ad6b7169203331");
  for (const tracing::span& each : spans.all) EXPECT_EQ(tracing::to_string(each.within.trace), trace);
  EXPECT_EQ(wait.within.parent, whole.id);
  EXPECT_EQ(attempt.within.parent, whole.id);
  EXPECT_LE(whole.start_ns, wait.start_ns);
  EXPECT_EQ(wait.end_ns, attempt.start_ns);
  EXPECT_EQ(attempt.end_ns - attempt.start_ns, 20'000'000u);
  EXPECT_EQ(attempt.end_ns, whole.end_ns);
  EXPECT_THAT(steps(wait), ElementsAre("at_gate", "connecting"));
  EXPECT_EQ(attribute(whole, "messaging.message.id"), "e1-1");
  EXPECT_EQ(attribute(whole, "messaging.consumer.group.name"), "test");
  EXPECT_EQ(attribute(whole, "leadrelay.outcome"), "delivered");
  EXPECT_EQ(attribute(attempt, "server.address"), "127.0.0.1");
  EXPECT_EQ(attribute(attempt, "http.response.status_code"), "200");
}

TEST(spans, attempt_is_what_the_provider_is_told_as_the_parent) {
  world w;
  span_list spans;
  trace_into(w, spans);
  int tries = 0;
  w.provider.react = [&](const seen_request&) { return reaction{.status = ++tries < 3 ? 503u : 200u}; };
  deliver_traced(w, 1);
  ASSERT_TRUE(w.settle_all());
  const auto attempts = spans.named(put);
  ASSERT_THAT(w.provider.requests, SizeIs(3));
  ASSERT_THAT(attempts, SizeIs(3));
  for (std::size_t index = 0; index < 3; ++index)
    EXPECT_THAT(w.provider.requests[index].headers,
                testing::HasSubstr("traceparent: 00-" + trace + "-" + tracing::to_string(attempts[index].id) + "-01\r\n"));
  EXPECT_THAT(attributes(attempts, "http.response.status_code"), ElementsAre("503", "503", "200"));
  EXPECT_THAT(attributes(attempts, "http.request.resend_count"), ElementsAre("none", "1", "2"));
  EXPECT_THAT(attributes(attempts, "error.type"), ElementsAre("503", "503", "none"));
  const auto waits = spans.named("wait");
  ASSERT_THAT(waits, SizeIs(3));
  EXPECT_EQ(waits[1].start_ns, attempts[0].end_ns);
  EXPECT_EQ(waits[1].end_ns, attempts[1].start_ns);
  EXPECT_THAT(steps(waits[1]), ElementsAre("backing_off", "at_gate", "connecting"));
}

TEST(spans, of_a_connection_that_fails_are_attempts_too) {
  world w;
  span_list spans;
  trace_into(w, spans);
  int tries = 0;
  w.provider.on_connect = [&] { return ++tries == 1 ? http::transport_error::connect_failed : http::transport_error::none; };
  deliver_traced(w, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(attributes(spans.named(put), "error.type"), ElementsAre("connect_failed", "none"));
  EXPECT_TRUE(spans.named(put)[0].failed);
}

TEST(spans, trace_that_begins_here_goes_to_the_provider) {
  world w;
  span_list spans;
  trace_into(w, spans);
  deliver_traced(w, 1, {{"traceparent", "00-" + trace + "-0000000000000000-01"}, {"tracestate", "a=1"}});
  deliver_traced(w, 2, {});
  ASSERT_TRUE(w.settle_all());
  const auto whole = spans.named(process);
  ASSERT_THAT(whole, SizeIs(2));
  EXPECT_NE(whole[0].within.trace, whole[1].within.trace);
  for (const tracing::span& each : whole) {
    EXPECT_EQ(each.within.parent, 0u);
    EXPECT_NE(tracing::to_string(each.within.trace), trace);
  }
  const auto attempts = spans.named(put);
  ASSERT_FALSE(attempts.empty());
  EXPECT_THAT(w.provider.requests[0].headers,
              testing::HasSubstr(
                  "traceparent: " +
                  tracing::to_traceparent({.trace = whole[0].within.trace, .parent = attempts[0].id, .flags = 3, .state = {}}) + "\r\n"));
  EXPECT_THAT(w.provider.requests[0].headers, Not(testing::HasSubstr("tracestate")));
}

TEST(spans, of_a_trace_that_is_not_sampled_are_none_and_the_provider_is_told_so) {
  world w;
  span_list spans;
  trace_into(w, spans);
  deliver_traced(w, 1, {{"traceparent", "00-" + trace + "-b7ad6b7169203331-00"}});
  w.kafka.deliver(0, "k", "no event", {{"traceparent", "00-" + trace + "-b7ad6b7169203331-00"}});
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(spans.all, IsEmpty());
  EXPECT_THAT(w.provider.requests[0].headers, testing::ContainsRegex("traceparent: 00-" + trace + "-[0-9a-f]*-00\r\n"));
}

TEST(spans, share_of_new_traces_that_is_configured_is_recorded) {
  world w(world::default_accounts, "tracing: { endpoint: 'http://127.0.0.1:1', sampling: { ratio: 0 } }");
  span_list spans;
  trace_into(w, spans);
  deliver_traced(w, 1, {});
  deliver_traced(w, 2);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(spans.named(process), SizeIs(1)) << "the one whose record says so";
  EXPECT_THAT(w.provider.requests[0].headers, testing::ContainsRegex("traceparent: 00-[0-9a-f]*-[0-9a-f]*-02\r\n"));
}

TEST(spans, of_a_dead_letter_have_failed_for_its_reason) {
  world w;
  span_list spans;
  trace_into(w, spans);
  w.provider.react = [](const seen_request&) { return reaction{.status = 422}; };
  deliver_traced(w, 1);
  w.kafka.deliver(0, "k", "no event", traced);
  ASSERT_TRUE(w.settle_all());
  const auto whole = spans.named(process);
  EXPECT_THAT(attributes(whole, "error.type"), testing::UnorderedElementsAre("rejected", "undecodable"));
  EXPECT_THAT(attributes(whole, "leadrelay.outcome"), ElementsAre("dead_lettered", "dead_lettered"));
  EXPECT_THAT(attributes(whole, "messaging.message.id"), testing::UnorderedElementsAre("e1-1", "none"));
}

TEST(spans, of_a_rejected_change_tell_its_dead_letter_after_its_attempt) {
  world w;
  span_list spans;
  trace_into(w, spans);
  w.provider.react = [](const seen_request&) { return reaction{.status = 422}; };
  deliver_traced(w, 1);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(names(spans), ElementsAre("wait", put, send, process));
  const tracing::span& letter = spans.all[2];
  const tracing::span& whole = spans.all[3];
  EXPECT_EQ(letter.within.parent, whole.id);
  EXPECT_EQ(tracing::to_string(letter.within.trace), trace);
  EXPECT_EQ(letter.start_ns, spans.all[1].end_ns);
  EXPECT_LE(letter.end_ns, whole.end_ns);
  EXPECT_FALSE(letter.failed);
  EXPECT_EQ(attribute(letter, "leadrelay.reason"), "rejected");
  EXPECT_EQ(attribute(letter, "leadrelay.account"), "acme");
}

TEST(spans, of_what_no_request_is_made_of_are_its_wait_and_its_dead_letter) {
  world w;
  span_list spans;
  trace_into(w, spans);
  w.kafka.deliver(0, "k", "no event", traced);
  ASSERT_TRUE(w.settle_all());
  EXPECT_THAT(names(spans), ElementsAre("wait", send, process));
  EXPECT_EQ(attribute(spans.all[1], "leadrelay.reason"), "undecodable");
  EXPECT_EQ(attribute(spans.all[1], "leadrelay.account"), "none");
}

TEST(spans, of_a_dead_letter_that_the_broker_refuses_last_until_it_takes_it) {
  world w;
  span_list spans;
  trace_into(w, spans);
  w.provider.react = [](const seen_request&) { return reaction{.status = 422}; };
  w.log.on_produce = [] { return std::string("queue full"); };
  deliver_traced(w, 1);
  w.loop.run_for(10s);
  EXPECT_THAT(names(spans), ElementsAre("wait", put));
  w.log.on_produce = [] { return std::string(); };
  ASSERT_TRUE(w.settle_all());
  const auto letters = spans.named(send);
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_GE(letters[0].end_ns - letters[0].start_ns, 9'000'000'000u);
  EXPECT_FALSE(letters[0].failed);
  EXPECT_THAT(attributes(spans.named(process), "leadrelay.outcome"), ElementsAre("dead_lettered"));
}

TEST(spans, of_a_dead_letter_that_is_not_written_before_the_end_have_failed) {
  world w;
  span_list spans;
  trace_into(w, spans);
  w.log.on_produce = [] { return std::string("queue full"); };
  w.kafka.deliver(0, "k", "no event", traced);
  w.loop.run_for(1s);
  ASSERT_TRUE(w.drain(2s));
  const auto letters = spans.named(send);
  EXPECT_THAT(attributes(letters, "error.type"), ElementsAre("abandoned"));
  EXPECT_TRUE(letters.at(0).failed);
  EXPECT_THAT(attributes(spans.named(process), "leadrelay.outcome"), ElementsAre("abandoned"));
}

TEST(spans, of_several_changes_in_one_request_are_linked) {
  world w;
  span_list spans;
  trace_into(w, spans);
  int tries = 0;
  w.provider.react = [&](const seen_request&) { return reaction{.status = ++tries == 1 ? 503u : 200u}; };
  deliver_traced(w, 1, {});
  deliver_traced(w, 2, {});
  deliver_traced(w, 3);
  ASSERT_TRUE(w.settle_all());
  std::map<std::string, tracing::span> whole;
  for (const tracing::span& each : spans.named(process)) whole[attribute(each, "messaging.message.id")] = each;
  ASSERT_THAT(whole, SizeIs(3));
  const auto attempts = spans.named(put);
  ASSERT_THAT(attempts, SizeIs(2));
  const tracing::span& together = attempts[1];
  EXPECT_EQ(attempts[0].within.parent, whole["e1-1"].id);
  EXPECT_THAT(attempts[0].links, IsEmpty());
  EXPECT_EQ(together.within.parent, whole["e1-3"].id);
  EXPECT_EQ(tracing::to_string(together.within.trace), trace);
  EXPECT_EQ(attribute(together, "leadrelay.changes"), "3");
  const auto link_to = [](const tracing::span& to) { return tracing::span_link{to.within.trace, to.id, to.within.flags}; };
  EXPECT_THAT(together.links, ElementsAre(link_to(whole["e1-1"]), link_to(whole["e1-2"])));
  EXPECT_THAT(whole["e1-1"].links, ElementsAre(link_to(together)));
  EXPECT_THAT(whole["e1-2"].links, ElementsAre(link_to(together)));
  EXPECT_THAT(whole["e1-3"].links, IsEmpty());
  for (const char* id : {"e1-1", "e1-2"}) EXPECT_EQ(attribute(whole[id], "leadrelay.outcome"), "merged");
  EXPECT_EQ(attribute(whole["e1-3"], "leadrelay.outcome"), "delivered");
}

TEST(spans, of_a_change_that_the_worker_gives_up_end_too) {
  world w;
  span_list spans;
  trace_into(w, spans);
  w.provider.react = [](const seen_request&) { return reaction{.latency = 1h}; };
  deliver_traced(w, 1);
  deliver_traced(w, 2);
  w.loop.run_for(1s);
  ASSERT_TRUE(w.drain(2s));
  EXPECT_THAT(attributes(spans.named(process), "leadrelay.outcome"), ElementsAre("abandoned", "abandoned"));
  EXPECT_THAT(attributes(spans.named(put), "error.type"), ElementsAre("stopped"));
  EXPECT_EQ(w.relay->snapshot().held_bytes, 0u);
}

TEST(spans, of_a_parked_change_go_on_in_its_trace_when_it_is_read_back) {
  parking_world w(two_accounts("limits: [], park: { after: 1s }"));
  acme_provider acme(w);
  span_list spans;
  trace_into(w, spans);
  feed(w, 1, 1, 3);
  ASSERT_TRUE(w.loop.run_until([&] { return w.of("acme").parked >= 2; }, 10min));
  acme.works = true;
  ASSERT_TRUE(w.run_until_settled());
  std::map<std::string, std::vector<tracing::span>> whole;
  for (const tracing::span& each : spans.named(process)) whole[attribute(each, "messaging.message.id")].push_back(each);
  ASSERT_THAT(whole["e1-3"], SizeIs(2));
  const tracing::span& parked = whole["e1-3"][0];
  const tracing::span& delivered = whole["e1-3"][1];
  EXPECT_EQ(attribute(parked, "leadrelay.outcome"), "parked");
  EXPECT_EQ(attribute(delivered, "leadrelay.outcome"), "delivered");
  EXPECT_EQ(delivered.within.trace, parked.within.trace);
  EXPECT_EQ(delivered.within.parent, parked.id);
  EXPECT_EQ(attribute(delivered, "messaging.kafka.offset"), "2") << "where it first was";
}

TEST(spans, say_nothing_of_a_lead) {
  world w;
  span_list spans;
  trace_into(w, spans);
  w.provider.react = [](const seen_request&) { return reaction{.status = 422, .body = R"({"message":"550e8400 seq"})"}; };
  deliver_traced(w, 1);
  ASSERT_TRUE(w.settle_all());
  const std::string told = tracing::to_otlp_json({}, spans.all);
  for (const char* secret : {"550e8400", "lead1", "seq"}) EXPECT_THAT(told, Not(testing::HasSubstr(secret)));
}

}  // namespace
}  // namespace leadrelay
