#include "otlp/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.hpp"
#include "simulation/simulated_world.hpp"

namespace leadrelay::otlp {
namespace {

using simulated::reaction;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

/// How often `part` stands in `text`.
std::size_t count_of(const std::string& part, const std::string& text) {
  std::size_t out = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

/// An exporter on virtual time, and its receiver.
struct exporter_world {
  explicit exporter_world(std::size_t queue = 2048) {
    log::start(log::format::text, log::level::error);
    exporter_settings settings{
        .target = "/v1/traces", .host = "otel:4318", .resource = {{"service.name", "test"}}, .headers = [this] { return lines(); }};
    settings.queue = queue;
    exporter.emplace(loop, simulated::make_connector(loop, receiver), settings, 1);
  }
  ~exporter_world() {
    if (!drained) drain(1s);
  }

  void take(int count) {
    for (int number = 0; number < count; ++number) {
      tracing::span made;
      made.within.trace = {1, 2};
      made.id = 3;
      made.name = "one";
      exporter->take(std::move(made));
    }
  }

  void drain(duration grace) {
    drained = true;
    bool ended = false;
    auto draining = [&]() -> task<void> {
      co_await exporter->drain(loop.now() + grace);
      ended = true;
    };
    boost::asio::co_spawn(loop.executor(), draining, boost::asio::detached);
    EXPECT_TRUE(loop.run_until([&] { return ended; }));
  }

  /// How many spans each request had.
  std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> out;
    for (const auto& each : receiver.requests) out.push_back(count_of("\"spanId\"", each.body));
    return out;
  }

  std::uint64_t dropped(drop_reason why) const { return exporter->counts().dropped[static_cast<std::size_t>(why)]; }

  boost::asio::io_context context;
  simulated::virtual_loop loop{context};
  simulated::provider receiver;
  std::function<outcome<std::string>()> lines = [] { return outcome<std::string>("X-Tenant: a\r\n"); };
  std::optional<otlp::exporter> exporter;
  bool drained = false;
};

TEST(exporter, span_waits_for_others_and_leaves_after_the_interval) {
  exporter_world w;
  w.take(1);
  w.loop.run_for(4s);
  w.take(2);
  w.loop.run_for(900ms);
  EXPECT_THAT(w.sizes(), IsEmpty());
  EXPECT_EQ(w.exporter->counts().queued, 3u);
  w.loop.run_for(1s);
  EXPECT_THAT(w.sizes(), ElementsAre(3));
  EXPECT_EQ(w.exporter->counts().exported, 3u);
  EXPECT_EQ(w.exporter->counts().queued, 0u);
  w.take(1);
  w.loop.run_for(4s);
  EXPECT_THAT(w.sizes(), SizeIs(1)) << "the interval begins anew";
}

TEST(exporter, request_goes_where_it_is_meant_to_with_its_headers) {
  exporter_world w;
  w.take(1);
  w.loop.run_for(6s);
  ASSERT_THAT(w.receiver.requests, SizeIs(1));
  EXPECT_EQ(w.receiver.requests[0].target, "/v1/traces");
  EXPECT_THAT(w.receiver.requests[0].headers, AllOf(HasSubstr("Host: otel:4318\r\n"), HasSubstr("Content-Type: application/json\r\n"),
                                                    HasSubstr("X-Tenant: a\r\n"), testing::EndsWith("\r\n")));
  EXPECT_THAT(w.receiver.requests[0].body, HasSubstr("service.name"));
}

TEST(exporter, full_batch_leaves_at_once) {
  exporter_world w;
  w.take(512 + 512 + 3);
  w.loop.run_for(1s);
  EXPECT_THAT(w.sizes(), ElementsAre(512, 512));
  w.loop.run_for(5s);
  EXPECT_THAT(w.sizes(), ElementsAre(512, 512, 3));
}

TEST(exporter, what_the_queue_has_no_room_for_is_dropped_and_counted) {
  exporter_world w(10);
  w.receiver.react = [](const auto&) { return reaction{.latency = 5s}; };
  w.take(12);
  w.loop.run_for(1s);
  w.take(3);
  EXPECT_EQ(w.dropped(drop_reason::queue_full), 5u) << "those on the wire take their room until they are answered";
  EXPECT_EQ(w.exporter->counts().queued, 10u);
  w.loop.run_for(20s);
  EXPECT_EQ(w.exporter->counts().exported, 10u);
  w.take(3);
  EXPECT_EQ(w.dropped(drop_reason::queue_full), 5u);
}

TEST(exporter, busy_receiver_is_asked_again_when_it_says_so) {
  exporter_world w;
  int count = 0;
  w.receiver.react = [&](const auto&) { return ++count == 1 ? reaction{.status = 429, .headers = {{"Retry-After", "20"}}} : reaction{}; };
  w.take(1);
  w.loop.run_for(24s);
  EXPECT_THAT(w.sizes(), SizeIs(1));
  w.loop.run_for(2s);
  EXPECT_THAT(w.sizes(), ElementsAre(1, 1));
  EXPECT_EQ(w.receiver.requests[0].body, w.receiver.requests[1].body);
  EXPECT_EQ(w.exporter->counts().exported, 1u);
  EXPECT_EQ(w.exporter->counts().failures, 1u);
}

TEST(exporter, receiver_that_is_away_is_tried_for_a_minute_and_the_batch_given_up) {
  exporter_world w;
  bool away = true;
  w.receiver.on_connect = [&] { return away ? http::transport_error::connect_failed : http::transport_error::none; };
  w.take(2);
  w.loop.run_for(25s);
  EXPECT_EQ(w.dropped(drop_reason::gave_up), 0u);
  w.take(1);
  w.loop.run_for(50s);
  EXPECT_EQ(w.dropped(drop_reason::gave_up), 2u);
  away = false;
  w.loop.run_for(60s);
  EXPECT_EQ(w.exporter->counts().exported, 1u);
}

TEST(exporter, refused_batch_is_dropped_and_the_next_one_goes) {
  exporter_world w;
  int count = 0;
  w.receiver.react = [&](const auto&) { return reaction{.status = ++count == 1 ? 400u : 200u}; };
  w.take(2);
  w.loop.run_for(6s);
  w.take(1);
  w.loop.run_for(6s);
  EXPECT_EQ(w.dropped(drop_reason::refused), 2u);
  EXPECT_EQ(w.exporter->counts().exported, 1u);
}

TEST(exporter, spans_that_the_receiver_refuses_of_a_batch_are_not_sent_again) {
  exporter_world w;
  w.receiver.react = [](const auto&) { return reaction{.body = R"({"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}})"}; };
  w.take(5);
  w.loop.run_for(60s);
  EXPECT_THAT(w.sizes(), ElementsAre(5));
  EXPECT_EQ(w.exporter->counts().exported, 3u);
  EXPECT_EQ(w.dropped(drop_reason::refused), 2u);
}

TEST(exporter, headers_that_cannot_be_read_any_more_stay_as_they_were) {
  exporter_world w;
  w.take(1);
  w.loop.run_for(6s);
  w.lines = [] { return outcome<std::string>(problem{reason::rejected, "no such file"}); };
  w.take(1);
  w.loop.run_for(6s);
  w.lines = [] { return outcome<std::string>("X-Tenant: b\r\n"); };
  w.take(1);
  w.loop.run_for(6s);
  ASSERT_THAT(w.receiver.requests, SizeIs(3));
  EXPECT_THAT(w.receiver.requests[1].headers, HasSubstr("X-Tenant: a\r\n"));
  EXPECT_THAT(w.receiver.requests[2].headers, AllOf(HasSubstr("X-Tenant: b\r\n"), Not(HasSubstr("X-Tenant: a"))));
}

TEST(exporter, drain_sends_what_there_is) {
  exporter_world w;
  w.take(600);
  w.drain(10s);
  EXPECT_THAT(w.sizes(), ElementsAre(512, 88));
  EXPECT_EQ(w.exporter->counts().exported, 600u);
}

TEST(exporter, drain_ends_at_its_deadline_whatever_the_receiver_does) {
  for (const reaction& each :
       {reaction{.latency = 1h}, reaction{.status = 503}, reaction{.status = 503, .headers = {{"Retry-After", "30"}}}}) {
    exporter_world w;
    w.receiver.react = [&](const auto&) { return each; };
    w.take(600);
    w.loop.run_for(1s);
    const time_point began = w.loop.now();
    w.drain(2s);
    EXPECT_EQ(w.loop.now() - began, 2s);
    EXPECT_EQ(w.dropped(drop_reason::ended), 600u);
    EXPECT_EQ(w.exporter->counts().queued, 0u);
  }
}

TEST(exporter, drain_without_spans_ends_at_once) {
  exporter_world w;
  const time_point began = w.loop.now();
  w.drain(10s);
  EXPECT_EQ(w.loop.now(), began);
  EXPECT_THAT(w.sizes(), IsEmpty());
}

}  // namespace
}  // namespace leadrelay::otlp
