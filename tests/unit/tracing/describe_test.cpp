#include "tracing/describe.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadrelay::tracing {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Key;
using testing::Not;
using testing::Pair;
using namespace std::chrono_literals;

constexpr time_point start{1h};

change_trace traced() {
  change_trace out({}, {1, 2}, 3, {}, {start, wall_time{}});
  out.event_id = "e1";
  out.account = "acme";
  out.provider = "orwel";
  return out;
}

std::map<std::string_view, std::string> attributes(const span& of) {
  std::map<std::string_view, std::string> out;
  for (const attribute& each : of.attributes) {
    const auto* text = std::get_if<std::string>(&each.value);
    EXPECT_TRUE(out.emplace(each.name, text ? *text : "#" + std::to_string(std::get<std::int64_t>(each.value))).second) << each.name;
  }
  return out;
}

const message record{.topic = "changes", .partition = 4, .offset = 42, .group = "relay"};

TEST(process_span, says_which_message_it_was_and_how_it_ended) {
  change_trace one = traced();
  one.outcome = "delivered";
  const span made = process_span(one, record, start + 1s);
  EXPECT_EQ(made.name, "process changes");
  EXPECT_FALSE(made.failed);
  EXPECT_EQ(attributes(made), (std::map<std::string_view, std::string>{{"messaging.system", "kafka"},
                                                                       {"messaging.operation.name", "process"},
                                                                       {"messaging.operation.type", "process"},
                                                                       {"messaging.destination.name", "changes"},
                                                                       {"messaging.destination.partition.id", "4"},
                                                                       {"messaging.kafka.offset", "#42"},
                                                                       {"messaging.consumer.group.name", "relay"},
                                                                       {"messaging.message.id", "e1"},
                                                                       {"leadrelay.account", "acme"},
                                                                       {"leadrelay.provider", "orwel"},
                                                                       {"leadrelay.outcome", "delivered"}}));
}

TEST(process_span, of_a_dead_letter_has_failed_for_its_reason) {
  change_trace one = traced();
  one.outcome = "dead_lettered";
  one.reason = "rejected";
  const span made = process_span(one, record, start);
  EXPECT_TRUE(made.failed);
  EXPECT_THAT(attributes(made), IsSupersetOf({Pair("error.type", "rejected"), Pair("leadrelay.outcome", "dead_lettered")}));
}

TEST(process_span, leaves_out_what_it_does_not_know) {
  const change_trace unknown({}, {1, 2}, 3, {}, {start, wall_time{}});
  const auto told = attributes(process_span(unknown, {.topic = "changes", .partition = 0, .offset = 0, .group = ""}, start));
  for (const char* name :
       {"messaging.message.id", "leadrelay.account", "leadrelay.provider", "messaging.consumer.group.name", "error.type"})
    EXPECT_THAT(told, Not(Contains(Key(name))));
  EXPECT_THAT(told, Contains(Pair("leadrelay.outcome", "abandoned")));
}

attempt put() {
  return {.method = "PUT",
          .url_template = "/leads/{id}",
          .server_address = "api.example",
          .server_port = 443,
          .status = 200,
          .error = "",
          .verdict = "delivered"};
}

TEST(attempt_span, says_where_the_request_went_and_what_came_of_it) {
  const change_trace one = traced();
  const span made = attempt_span(one, 9, put(), start + 1s, start + 2s);
  EXPECT_EQ(made.name, "PUT /leads/{id}");
  EXPECT_EQ(made.kind, span_kind::client);
  EXPECT_EQ(made.id, 9u);
  EXPECT_EQ(made.within, one.context());
  EXPECT_EQ(made.end_ns - made.start_ns, 1'000'000'000u);
  EXPECT_FALSE(made.failed);
  EXPECT_EQ(attributes(made), (std::map<std::string_view, std::string>{{"http.request.method", "PUT"},
                                                                       {"url.template", "/leads/{id}"},
                                                                       {"server.address", "api.example"},
                                                                       {"server.port", "#443"},
                                                                       {"network.protocol.version", "1.1"},
                                                                       {"http.response.status_code", "#200"},
                                                                       {"leadrelay.account", "acme"},
                                                                       {"leadrelay.provider", "orwel"},
                                                                       {"leadrelay.verdict", "delivered"}}));
}

TEST(attempt_span, of_an_answer_that_refuses_has_failed_with_its_status) {
  attempt refused = put();
  refused.status = 422;
  refused.resend_count = 2;
  const span made = attempt_span(traced(), 9, refused, start, start);
  EXPECT_TRUE(made.failed);
  EXPECT_THAT(attributes(made), IsSupersetOf({Pair("error.type", "422"), Pair("http.response.status_code", "#422"),
                                              Pair("http.request.resend_count", "#2")}));
}

TEST(attempt_span, without_an_answer_has_failed_with_its_error) {
  attempt lost = put();
  lost.status.reset();
  lost.error = "connection_lost";
  lost.changes = 3;
  const span made = attempt_span(traced(), 9, lost, start, start);
  EXPECT_TRUE(made.failed);
  EXPECT_THAT(attributes(made), IsSupersetOf({Pair("error.type", "connection_lost"), Pair("leadrelay.changes", "#3")}));
  EXPECT_THAT(attributes(made), Not(Contains(Key("http.response.status_code"))));
}

TEST(dead_letter_span, says_where_it_was_written_and_why) {
  const change_trace one = traced();
  const span made = dead_letter_span(one, 9, {.topic = "dead", .reason = "rejected", .acknowledged = true}, start + 1s, start + 3s);
  EXPECT_EQ(made.name, "send dead");
  EXPECT_EQ(made.kind, span_kind::client);
  EXPECT_EQ(made.id, 9u);
  EXPECT_EQ(made.within, one.context());
  EXPECT_EQ(made.end_ns - made.start_ns, 2'000'000'000u);
  EXPECT_FALSE(made.failed);
  EXPECT_EQ(attributes(made), (std::map<std::string_view, std::string>{{"messaging.system", "kafka"},
                                                                       {"messaging.operation.name", "send"},
                                                                       {"messaging.operation.type", "send"},
                                                                       {"messaging.destination.name", "dead"},
                                                                       {"leadrelay.account", "acme"},
                                                                       {"leadrelay.provider", "orwel"},
                                                                       {"leadrelay.reason", "rejected"}}));
}

TEST(dead_letter_span, that_was_given_up_has_failed) {
  const change_trace unknown({}, {1, 2}, 3, {}, {start, wall_time{}});
  const span made = dead_letter_span(unknown, 9, {.topic = "dead", .reason = "undecodable", .acknowledged = false}, start, start);
  EXPECT_TRUE(made.failed);
  const auto told = attributes(made);
  EXPECT_THAT(told, Contains(Pair("error.type", "abandoned")));
  for (const char* name : {"leadrelay.account", "leadrelay.provider"}) EXPECT_THAT(told, Not(Contains(Key(name))));
}

}  // namespace
}  // namespace leadrelay::tracing
