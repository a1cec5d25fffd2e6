#include "http/polled_socket.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

namespace leadrelay::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;

/// A socket on a loop, and the other side of its connection.
struct pair_of_sockets {
  explicit pair_of_sockets(asio::io_context& on) : far(own), near(connect(on, own, far)) {}

  static polled_socket connect(asio::io_context& on, asio::io_context& own, asio::ip::tcp::socket& far) {
    asio::ip::tcp::acceptor acceptor(own, {asio::ip::make_address("127.0.0.1"), 0});
    tcp_socket connecting(on.get_executor());
    connecting.connect(acceptor.local_endpoint());
    acceptor.accept(far);
    return polled_socket(std::move(connecting));
  }
  void tell(const std::string& text) { asio::write(far, asio::buffer(text)); }

  asio::io_context own;
  asio::ip::tcp::socket far;
  polled_socket near;
};

/// What reads have brought.
struct reads {
  std::string text;
  error_code error;
  int ended = 0;
  std::array<char, 64> room{};

  task<void> one(polled_socket& from) {
    const auto [failed, bytes] = co_await from.async_read_some(asio::buffer(room), asio::as_tuple(asio::deferred));
    text.append(room.data(), bytes);
    error = failed;
    ++ended;
  }
};

class a_polled_socket : public testing::Test {
 protected:
  void read(reads& into, polled_socket& from) { asio::co_spawn(context, into.one(from), asio::detached); }
  bool run_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      context.restart();
      context.run_one_for(20ms);
    }
    return condition();
  }

  asio::io_context context{1};
  pair_of_sockets one{context};
  reads got;
};

TEST_F(a_polled_socket, reads_what_comes_after_it_began_to_wait_and_what_had_come_before) {
  read(got, one.near);
  context.poll();
  EXPECT_EQ(got.ended, 0);
  one.tell("first");
  ASSERT_TRUE(run_until([&] { return got.ended == 1; }));
  one.tell("second");
  read(got, one.near);
  ASSERT_TRUE(run_until([&] { return got.ended == 2; }));
  EXPECT_EQ(got.text, "firstsecond");
  EXPECT_FALSE(got.error);
}

TEST_F(a_polled_socket, reads_more_than_its_room_in_parts_and_the_end_that_came_with_it) {
  one.tell(std::string(150, 'x'));
  one.far.close();
  for (int each = 1; each <= 4; ++each) {
    read(got, one.near);
    ASSERT_TRUE(run_until([&] { return got.ended == each; }));
  }
  EXPECT_EQ(got.text, std::string(150, 'x'));
  EXPECT_EQ(got.error, asio::error::eof);
}

TEST_F(a_polled_socket, writes_what_the_other_side_takes_late) {
  const std::string large(16 << 20, 'y');
  std::optional<std::size_t> written;
  asio::async_write(one.near, asio::buffer(large), [&](const error_code& error, std::size_t bytes) {
    if (!error) written = bytes;
  });
  context.poll();
  EXPECT_FALSE(written);
  std::string taken(large.size(), ' ');
  std::size_t at = 0;
  one.far.non_blocking(true);
  ASSERT_TRUE(run_until([&] {
    error_code error;
    at += one.far.read_some(asio::buffer(taken) + at, error);
    return at == large.size();
  }));
  EXPECT_TRUE(run_until([&] { return written.has_value(); }));
  EXPECT_EQ(written, large.size());
  EXPECT_EQ(taken, large);
}

TEST_F(a_polled_socket, ends_what_is_under_way_when_it_is_closed) {
  read(got, one.near);
  context.poll();
  one.near.close();
  EXPECT_EQ(got.ended, 0) << "through the loop";
  ASSERT_TRUE(run_until([&] { return got.ended == 1; }));
  EXPECT_EQ(got.error, asio::error::operation_aborted);
  EXPECT_FALSE(one.near.is_open());
  read(got, one.near);
  ASSERT_TRUE(run_until([&] { return got.ended == 2; }));
  EXPECT_EQ(got.error, asio::error::operation_aborted);
}

TEST_F(a_polled_socket, tells_when_a_read_is_worth_a_try) {
  error_code error;
  EXPECT_EQ(one.near.read_some(asio::buffer(got.room), error), 0u);
  EXPECT_EQ(error, asio::error::would_block);
  int told = 0;
  one.near.wait(polled_socket::readiness::to_read, [&](error_code failed) { told += failed ? 100 : 1; });
  context.poll();
  EXPECT_EQ(told, 0);
  one.tell("come");
  EXPECT_TRUE(run_until([&] { return told == 1; }));
  EXPECT_EQ(one.near.read_some(asio::buffer(got.room), error), 4u);
  EXPECT_FALSE(error);
  EXPECT_EQ(one.near.read_some(asio::buffer(got.room), error), 0u);
  EXPECT_EQ(error, asio::error::would_block);
  one.far.close();
  one.near.wait(polled_socket::readiness::to_read, [&](error_code failed) { told += failed ? 100 : 1; });
  EXPECT_TRUE(run_until([&] { return told == 2; }));
  EXPECT_EQ(one.near.read_some(asio::buffer(got.room), error), 0u);
  EXPECT_EQ(error, asio::error::eof);
}

TEST_F(a_polled_socket, tells_all_that_wait_to_read_and_at_once_where_some_was_left) {
  int told = 0;
  const auto tell = [&](error_code failed) { told += failed ? 100 : 1; };
  one.near.wait(polled_socket::readiness::to_read, tell);
  one.near.wait(polled_socket::readiness::to_read, tell);
  one.tell("more");
  EXPECT_TRUE(run_until([&] { return told == 2; }));
  error_code error;
  EXPECT_EQ(one.near.read_some(asio::buffer(got.room.data(), 2), error), 2u);
  one.near.wait(polled_socket::readiness::to_read, tell);
  EXPECT_TRUE(run_until([&] { return told == 3; }));
}

TEST_F(a_polled_socket, tells_all_that_wait_when_a_write_is_worth_a_try) {
  const std::string much(1 << 20, 'x');
  error_code error;
  while (!error) one.near.write_some(asio::buffer(much), error);
  EXPECT_EQ(error, asio::error::would_block);
  int told = 0;
  for (int waiter = 0; waiter < 2; ++waiter)
    one.near.wait(polled_socket::readiness::to_write, [&](error_code failed) { told += failed ? 100 : 1; });
  context.poll();
  EXPECT_EQ(told, 0);
  std::string room(1 << 20, 0);
  one.far.non_blocking(true);
  EXPECT_TRUE(run_until([&] {
    error_code nothing_more;
    one.far.read_some(asio::buffer(room), nothing_more);
    return told == 2;
  }));
}

TEST_F(a_polled_socket, ends_waits_when_it_is_closed_and_begins_none_afterwards) {
  int ended = 0;
  const auto end = [&](error_code failed) { ended += failed == asio::error::operation_aborted ? 1 : 100; };
  one.near.wait(polled_socket::readiness::to_read, end);
  one.near.wait(polled_socket::readiness::to_write, end);
  one.near.close();
  EXPECT_EQ(ended, 0) << "never inside the call";
  context.run();
  EXPECT_EQ(ended, 2);
  one.near.wait(polled_socket::readiness::to_read, end);
  context.restart();
  context.run();
  EXPECT_EQ(ended, 3);
}

TEST_F(a_polled_socket, an_open_one_that_waits_for_nothing_keeps_no_loop_turning) {
  read(got, one.near);
  one.tell("something");
  context.run();  // comes to its end
  EXPECT_EQ(got.text, "something");
  read(got, one.near);
  context.restart();
  context.poll();
  one.near.cancel();
  context.restart();
  context.run();
  EXPECT_EQ(got.error, asio::error::operation_aborted);
}

TEST_F(a_polled_socket, has_news_of_what_nobody_has_read_and_of_the_end) {
  const auto has_news = [&] { return one.near.has_news(std::chrono::steady_clock::now()); };
  EXPECT_FALSE(has_news());
  one.tell("unasked");
  EXPECT_TRUE(has_news());
  read(got, one.near);
  ASSERT_TRUE(run_until([&] { return got.ended == 1; }));
  EXPECT_FALSE(has_news());
  one.far.close();
  EXPECT_TRUE(has_news());
}

/// Another one waits meanwhile, so that the loop is told what comes.
TEST_F(a_polled_socket, has_news_that_the_loop_was_told_without_asking_the_system) {
  pair_of_sockets other(context);
  reads ignored;
  read(ignored, other.near);
  one.tell("answer");
  one.far.close();
  read(got, one.near);
  ASSERT_TRUE(run_until([&] { return got.ended == 1; }));
  EXPECT_EQ(got.text, "answer");
  EXPECT_TRUE(one.near.has_news(time_point::min())) << "the end came with the answer";
}

TEST_F(a_polled_socket, six_hundred_that_are_ready_at_once_are_all_told) {
  std::vector<std::unique_ptr<pair_of_sockets>> all;
  std::vector<reads> each(600);
  for (std::size_t at = 0; at < each.size(); ++at) {
    all.push_back(std::make_unique<pair_of_sockets>(context));
    read(each[at], all[at]->near);
  }
  context.poll();
  for (const auto& to : all) to->tell("x");
  EXPECT_TRUE(run_until([&] { return std::ranges::all_of(each, [](const reads& of) { return of.text == "x"; }); }));
}

/// The first that is told destroys the others, of which the loop has been told in the same breath.
TEST_F(a_polled_socket, one_that_is_destroyed_by_another_that_was_told_with_it_hears_nothing) {
  std::vector<std::unique_ptr<pair_of_sockets>> all;
  std::vector<reads> each(10);
  for (std::size_t at = 0; at < each.size(); ++at) all.push_back(std::make_unique<pair_of_sockets>(context));
  int good = 0;
  const auto read_and_destroy_others = [&](std::size_t at) -> task<void> {
    co_await each[at].one(all[at]->near);
    if (each[at].error) co_return;
    ++good;
    for (std::size_t other = 0; other < all.size(); ++other)
      if (other != at) all[other].reset();
  };
  for (std::size_t at = 0; at < each.size(); ++at) asio::co_spawn(context, read_and_destroy_others(at), asio::detached);
  context.poll();
  for (const auto& to : all) to->tell("x");
  EXPECT_TRUE(run_until([&] { return std::ranges::all_of(each, [](const reads& of) { return of.ended == 1; }); }));
  EXPECT_EQ(good, 1);
}

TEST(a_polled_loop, destroyed_with_reads_that_wait_destroys_their_coroutines) {
  std::optional<asio::io_context> context(1);
  auto held = std::make_shared<int>(0);
  auto reading = [](std::shared_ptr<int>, std::shared_ptr<pair_of_sockets> of) -> task<void> {
    reads got;
    co_await got.one(of->near);
  };
  for (int each = 0; each < 3; ++each) asio::co_spawn(*context, reading(held, std::make_shared<pair_of_sockets>(*context)), asio::detached);
  context->poll();
  EXPECT_EQ(held.use_count(), 4);
  context.reset();
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace leadrelay::http
