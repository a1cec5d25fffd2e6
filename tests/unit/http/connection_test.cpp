#include "http/connection.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "network_fixture.hpp"

namespace leadrelay::http {
namespace {

using test::peer;
using test::told;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// Each test runs over TCP and over TLS.
class connection_test : public test::network_fixture, public testing::TestWithParam<bool> {
 protected:
  void serve(test::scripted_server::script plays) { network_fixture::serve(std::move(plays), GetParam()); }

  /// Answers the first request of each connection with these bytes, in one piece, and leaves the connection open.
  void answer_with(std::string bytes) {
    serve([bytes](peer& client, int) -> task<void> {
      co_await client.read_request();
      co_await client.write(bytes);
      co_await client.closed();
    });
  }

  told first_answer(duration within = 20s) {
    connection_ = open();
    return get(*connection_, within);
  }

  std::unique_ptr<connection> connection_;
};

INSTANTIATE_TEST_SUITE_P(over, connection_test, testing::Bool(), [](const auto& of) { return of.param ? "tls" : "tcp"; });

TEST_P(connection_test, whole_exchange_carries_everything) {
  std::string request;
  serve([&](peer& client, int) -> task<void> {
    request = co_await client.read_request();
    co_await client.write("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    co_await client.closed();
  });
  const auto over = open();
  const told got = post(*over, "{}");
  EXPECT_EQ(got.error, transport_error::none) << got.detail;
  EXPECT_TRUE(got.bytes_sent);
  EXPECT_EQ(got.status, 404u);
  EXPECT_EQ(got.body, "hello");
  EXPECT_THAT(got.headers, testing::ElementsAre(testing::Pair("Content-Type", "text/plain"), testing::Pair("Content-Length", "5")));
  EXPECT_TRUE(got.reusable);
  EXPECT_FALSE(over->stale());
  EXPECT_EQ(request, "POST /leads HTTP/1.1\r\nHost: leads.test\r\nContent-Length: 2\r\n\r\n{}");
}

TEST_P(connection_test, kept_alive_connection_carries_one_exchange_after_the_other) {
  serve([](peer& client, int) -> task<void> {
    for (int count = 0;; ++count) {
      const std::string request = co_await client.read_request();
      if (request.empty()) co_return;
      const std::string body = std::to_string(count);
      const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      co_await client.write(answer);
    }
  });
  auto over = open();
  for (int count = 0; count < 50; ++count) {
    const told got = post(*over, std::string(static_cast<std::size_t>(count) * 100, 'x'));
    ASSERT_EQ(got.error, transport_error::none) << got.detail;
    ASSERT_EQ(got.body, std::to_string(count));
    ASSERT_TRUE(got.reusable);
  }
  EXPECT_EQ(server->accepted(), 1);
  over.reset();
  EXPECT_EQ(on.timers().size(), 0u);
}

TEST_P(connection_test, answer_in_single_bytes_is_read) {
  serve([](peer& client, int) -> task<void> {
    co_await client.read_request();
    constexpr std::string_view bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    for (const char byte : bytes) co_await client.write({&byte, 1});
    co_await client.closed();
  });
  const told got = first_answer();
  EXPECT_EQ(got.body, "hello");
  EXPECT_TRUE(got.reusable);
}

TEST_P(connection_test, interim_answers_are_skipped) {
  answer_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const told got = first_answer();
  EXPECT_EQ(got.status, 200u);
  EXPECT_EQ(got.headers.size(), 1u);
  EXPECT_TRUE(got.reusable);
}

TEST_P(connection_test, redirect_is_just_an_answer) {
  answer_with("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  const told got = first_answer();
  EXPECT_EQ(got.status, 302u);
  EXPECT_TRUE(got.reusable);
  EXPECT_EQ(server->accepted(), 1);
}

TEST_P(connection_test, answer_without_keep_alive_ends_reuse) {
  answer_with("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_FALSE(first_answer().reusable);
  answer_with("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_FALSE(first_answer().reusable);
}

TEST_P(connection_test, bytes_behind_the_answer_end_reuse) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokmore");
  const told got = first_answer();
  EXPECT_EQ(got.body, "ok");
  EXPECT_FALSE(got.reusable);
  EXPECT_TRUE(connection_->stale());
}

TEST_P(connection_test, unasked_bytes_that_came_with_the_answer_end_reuse) {
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_request();
    client.cork(true);
    co_await client.write(ok);
    co_await client.write("x");  // of TLS a record of its own
    client.cork(false);
    co_await client.closed();
  });
  const told got = first_answer();
  EXPECT_EQ(got.status, 200u);
  EXPECT_TRUE(!got.reusable || connection_->stale());
}

TEST_P(connection_test, body_framed_by_the_end_is_whole_after_an_orderly_end) {
  serve([](peer& client, int) -> task<void> {
    co_await client.read_request();
    co_await client.write("HTTP/1.1 200 OK\r\n\r\nto the end");
    co_await client.end();
  });
  const told got = first_answer();
  EXPECT_EQ(got.error, transport_error::none) << got.detail;
  EXPECT_EQ(got.body, "to the end");
  EXPECT_FALSE(got.reusable);
}

TEST_P(connection_test, cut_connection_spoils_only_a_body_framed_by_the_end) {
  std::string bytes;
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_request();
    co_await client.write(bytes);
    client.cut();
  });
  bytes = ok;
  EXPECT_EQ(first_answer().body, "ok");
  bytes = "HTTP/1.1 200 OK\r\n\r\nto the end";
  EXPECT_EQ(first_answer().error, GetParam() ? transport_error::malformed_answer : transport_error::none);
}

TEST_P(connection_test, end_before_the_answer_is_a_lost_connection) {
  serve([](peer& client, int number) -> task<void> {
    co_await client.read_request();
    if (number == 0) client.reset();
    if (number == 1) co_await client.end();
    if (number == 2) client.cut();
  });
  for (int number = 0; number < 3; ++number) {
    const told got = first_answer();
    EXPECT_EQ(got.error, transport_error::connection_lost) << number;
    EXPECT_THAT(got.detail, HasSubstr("before the answer")) << number;
    EXPECT_TRUE(got.bytes_sent) << number;
    EXPECT_FALSE(got.reusable) << number;
  }
}

TEST_P(connection_test, reset_within_the_answer_is_a_lost_connection) {
  std::string bytes;
  for (const char* start :
       {"HTTP/1.1 200 OK\r\nContent", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal", "HTTP/1.1 200 OK\r\n\r\nhal"}) {
    bytes = start;
    serve([&](peer& client, int) -> task<void> {
      co_await client.read_request();
      co_await client.write(bytes);
      client.reset();
    });
    const told got = first_answer();
    EXPECT_EQ(got.error, transport_error::connection_lost) << start;
    EXPECT_THAT(got.detail, testing::HasSubstr("reset by peer"));
    EXPECT_TRUE(got.bytes_sent);
    EXPECT_FALSE(got.reusable);
  }
}

TEST_P(connection_test, end_within_a_framed_body_is_malformed) {
  serve([](peer& client, int) -> task<void> {
    co_await client.read_request();
    co_await client.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal");
    co_await client.end();
  });
  const told got = first_answer();
  EXPECT_EQ(got.error, transport_error::malformed_answer);
  EXPECT_FALSE(got.reusable);
}

TEST_P(connection_test, garbage_is_malformed) {
  answer_with("220 mail.example ESMTP\r\n\r\n");
  const told got = first_answer();
  EXPECT_EQ(got.error, transport_error::malformed_answer);
  EXPECT_TRUE(got.bytes_sent);
  EXPECT_FALSE(got.reusable);
}

TEST_P(connection_test, header_and_body_beyond_their_bounds_are_too_large) {
  bounds = {.header = 16 * 1024, .body = 1000};
  answer_with("HTTP/1.1 200 OK\r\nX: " + std::string(17'000, 'a') + "\r\n\r\n");
  EXPECT_EQ(first_answer().error, transport_error::answer_too_large);
  answer_with("HTTP/1.1 200 OK\r\nX: " + std::string(16'000, 'a') + "\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(first_answer().error, transport_error::none);
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(first_answer().error, transport_error::answer_too_large);
  answer_with("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'a'));
  EXPECT_EQ(first_answer().error, transport_error::answer_too_large);
  EXPECT_FALSE(connection_->reusable());
}

TEST_P(connection_test, large_bodies_go_both_ways) {
  bounds.body = 4 << 20;
  serve([](peer& client, int) -> task<void> {
    const std::string request = co_await client.read_request();
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n" + request.substr(request.size() - 4'000'000);
    co_await client.write(answer);
    co_await client.closed();
  });
  std::string body(8'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  const auto over = open();
  const told got = post(*over, body);
  EXPECT_EQ(got.error, transport_error::none) << got.detail;
  EXPECT_TRUE(got.body == body.substr(4'000'000));
  EXPECT_TRUE(got.reusable);
}

TEST_P(connection_test, exchanges_beside_each_other_keep_what_is_their_own) {
  bounds.body = 4 << 20;
  serve([](peer& client, int) -> task<void> {
    const std::string request = co_await client.read_request();
    const std::string echoed = request.substr(request.size() - 2'000'000);
    const std::string answer = "HTTP/1.1 200 OK\r\nX-First: " + std::string(1, echoed[0]) + "\r\nContent-Length: 2000000\r\n\r\n" + echoed;
    for (std::size_t at = 0; at < answer.size(); at += 100'000) {
      const std::string piece = answer.substr(at, 100'000);
      co_await client.write(piece);
    }
    co_await client.closed();
  });
  struct {
    std::unique_ptr<connection> over;
    std::string body;
    std::optional<exchange> got{};
  } sides[] = {{open(), std::string(8'000'000, 'a')}, {open(), std::string(8'000'000, 'b')}, {open(), std::string(8'000'000, 'c')}};
  for (auto& each : sides) {
    auto exchanges = [&]() -> task<void> {
      const outgoing what{.method = "POST", .target = "/leads", .headers = "Host: leads.test\r\n", .body = each.body};
      each.got = co_await each.over->send(what, on.now() + std::chrono::seconds{20});
    };
    boost::asio::co_spawn(context, std::move(exchanges), boost::asio::detached);
  }
  ASSERT_TRUE(eventually([&] { return std::ranges::all_of(sides, [](const auto& each) { return each.got.has_value(); }); }));
  for (const auto& each : sides) {
    const told got = copy(*each.got, *each.over);
    EXPECT_EQ(got.error, transport_error::none) << got.detail;
    EXPECT_TRUE(got.body == each.body.substr(6'000'000)) << got.body.size();
    EXPECT_THAT(got.headers, testing::Contains(testing::Pair("X-First", each.body.substr(0, 1))));
    EXPECT_TRUE(got.reusable);
  }
}

TEST_P(connection_test, answer_that_comes_before_the_request_is_read_is_taken) {
  serve([&](peer& client, int number) -> task<void> {
    co_await client.read_head();
    co_await client.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge");
    if (number == 0) co_await client.closed();
    if (number == 1) client.reset();
    if (number == 2) co_await client.end();
  });
  const std::string body(32 << 20, 'x');
  for (int number = 0; number < 3; ++number) {
    const auto over = open();
    const told got = post(*over, body);
    EXPECT_EQ(got.error, transport_error::none) << number << got.detail;
    EXPECT_EQ(got.status, 413u);
    EXPECT_EQ(got.body, "large");
    EXPECT_TRUE(got.bytes_sent);
  }
}

TEST_P(connection_test, answer_while_the_request_still_waits_ends_reuse) {
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_head();
    co_await client.write(ok);
    co_await never.wait();
  });
  const std::string body(32 << 20, 'x');
  const auto over = open();
  const told got = post(*over, body);
  EXPECT_EQ(got.status, 200u) << got.detail;
  EXPECT_FALSE(got.reusable);
  EXPECT_TRUE(over->stale());
}

TEST_P(connection_test, silence_ends_at_the_deadline) {
  serve([](peer& client, int number) -> task<void> {
    co_await client.read_request();
    if (number == 1) co_await client.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal");
    co_await client.closed();
  });
  for (int number = 0; number < 2; ++number) {
    const auto begin = on.now();
    const told got = first_answer(30ms);
    EXPECT_GE(on.now() - begin, 30ms);
    EXPECT_EQ(got.error, transport_error::answer_timeout) << number;
    EXPECT_TRUE(got.bytes_sent);
    EXPECT_FALSE(got.reusable);
  }
  connection_.reset();
  EXPECT_EQ(on.timers().size(), 0u);
}

TEST_P(connection_test, each_exchange_has_its_own_deadline) {
  serve([](peer& client, int) -> task<void> {
    for (int count = 0; count < 3; ++count) {
      co_await client.read_request();
      co_await client.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
    co_await client.closed();
  });
  const auto over = open();
  for (const duration within : {duration(20s), duration(10s), duration(20s)}) EXPECT_EQ(get(*over, within).status, 200u);
  const auto begin = on.now();
  const told got = get(*over, 30ms);
  EXPECT_EQ(got.error, transport_error::answer_timeout);
  EXPECT_GE(on.now() - begin, 30ms);
  EXPECT_LT(on.now() - begin, 5s);
}

TEST_P(connection_test, request_that_is_never_read_ends_at_the_deadline) {
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_head();
    co_await never.wait();
  });
  const std::string body(32 << 20, 'x');
  const auto over = open();
  const told got = post(*over, body, 50ms);
  EXPECT_EQ(got.error, transport_error::answer_timeout);
  EXPECT_TRUE(got.bytes_sent);
}

TEST_P(connection_test, nothing_is_sent_without_time_left) {
  answer_with(std::string(ok));
  const auto over = open();
  const told late = get(*over, 0s);
  EXPECT_EQ(late.error, transport_error::answer_timeout);
  EXPECT_FALSE(late.bytes_sent);
  EXPECT_TRUE(over->reusable());
  EXPECT_EQ(get(*over).status, 200u);
}

TEST_P(connection_test, close_ends_the_exchange_under_way) {
  connection* closing = nullptr;
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_request();
    closing->close();
    co_await client.closed();
  });
  const auto over = open();
  closing = over.get();
  const told got = get(*over);
  EXPECT_EQ(got.error, transport_error::stopped);
  EXPECT_TRUE(got.bytes_sent);
  EXPECT_FALSE(got.reusable);
}

TEST_P(connection_test, close_ends_a_request_half_written) {
  connection* closing = nullptr;
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_head();
    closing->close();
    co_await client.closed();
  });
  const std::string body(32 << 20, 'x');
  const auto over = open();
  closing = over.get();
  EXPECT_EQ(post(*over, body).error, transport_error::stopped);
}

TEST_P(connection_test, unusable_connection_sends_nothing) {
  answer_with("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  first_answer();
  const told again = get(*connection_);
  EXPECT_EQ(again.error, transport_error::connection_lost);
  EXPECT_FALSE(again.bytes_sent);
  const auto closed = open();
  closed->close();
  EXPECT_TRUE(closed->stale());
  const told got = get(*closed);
  EXPECT_EQ(got.error, transport_error::stopped);
  EXPECT_FALSE(got.bytes_sent);
}

TEST_P(connection_test, closed_by_the_other_side_while_idle_is_stale) {
  serve([](peer& client, int number) -> task<void> {
    co_await client.read_request();
    co_await client.write(ok);
    if (number == 0) co_await client.end();
    if (number == 1) client.cut();
    if (number == 2) client.reset();
    if (number == 3) co_await client.write("HTTP/1.1 408 Request Timeout\r\n\r\n");
    if (number == 4) co_await client.closed();
  });
  for (int number = 0; number < 4; ++number) {
    first_answer();
    EXPECT_TRUE(eventually([&] { return connection_->stale(); })) << number;
  }
  first_answer();
  EXPECT_FALSE(connection_->stale());
}

TEST_P(connection_test, write_on_a_broken_connection_is_a_lost_connection) {
  serve([](peer& client, int) -> task<void> {
    co_await client.read_request();
    co_await client.write(ok);
    co_await client.read_request();
    client.reset();
  });
  first_answer();
  ASSERT_FALSE(connection_->stale());
  const told second = get(*connection_);
  EXPECT_EQ(second.error, transport_error::connection_lost);
  EXPECT_TRUE(second.bytes_sent);
}

TEST_P(connection_test, reset_before_the_request_leaves_nothing_sent) {
  wakeup answer_is_read(on.executor());
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_request();
    co_await client.write(ok);
    co_await answer_is_read.wait();
    client.reset();
  });
  ASSERT_TRUE(first_answer().reusable);
  answer_is_read.notify();
  ASSERT_TRUE(eventually([&] { return connection_->stale(); }));
  const told second = get(*connection_);
  EXPECT_EQ(second.error, transport_error::connection_lost);
  EXPECT_FALSE(second.bytes_sent);
}

TEST_P(connection_test, many_exchanges_run_side_by_side) {
  serve([](peer& client, int) -> task<void> {
    for (;;) {
      const std::string request = co_await client.read_request();
      if (request.empty()) co_return;
      const std::string body = request.substr(request.find("\r\n\r\n") + 4);
      const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      co_await client.write(answer);
    }
  });
  int good = 0;
  auto client = [this, &good](int number) -> task<bool> {
    const connected made = co_await dials->connect(on.now() + 20s);
    if (!made.connection) co_return false;
    for (int round = 0; round < 20; ++round) {
      const std::string body = std::to_string(number * 1000 + round);
      const outgoing what{.method = "POST", .target = "/", .headers = "Host: a\r\n", .body = body};
      const exchange got = co_await made.connection->send(what, on.now() + 20s);
      good += got.answer.body == body && made.connection->reusable();
    }
    co_return true;
  };
  int done = 0;
  for (int number = 0; number < 50; ++number)
    boost::asio::co_spawn(context.get_executor(), client(number), [&done](std::exception_ptr, bool) { ++done; });
  EXPECT_TRUE(eventually([&] { return done == 50; }));
  EXPECT_EQ(good, 50 * 20);
}

TEST_P(connection_test, loop_may_end_within_an_exchange) {
  bool asked = false;
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_head();
    asked = true;
    co_await client.closed();
  });
  connection_ = open();
  static const std::string body(8 << 20, 'x');
  static const outgoing what{.method = "POST", .target = "/", .headers = "Host: a\r\n", .body = body};
  auto exchange_of = [](std::unique_ptr<connection> over, time_point deadline) -> task<void> { co_await over->send(what, deadline); };
  boost::asio::co_spawn(context.get_executor(), exchange_of(std::move(connection_), on.now() + 20s), [](std::exception_ptr) {});
  EXPECT_TRUE(eventually([&] { return asked; }));
}

}  // namespace
}  // namespace leadrelay::http
