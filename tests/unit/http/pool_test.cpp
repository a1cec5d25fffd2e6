#include "http/pool.hpp"

#include "network_fixture.hpp"

namespace leadrelay::http {
namespace {

using test::peer;
using namespace std::chrono_literals;

/// What a test sees and says of connections that it made up.
struct puppet_strings {
  int opened = 0;
  int alive = 0;
  bool refuse = false;
  std::vector<int> stale;  ///< numbers of connections
  std::vector<int> unusable;
  std::optional<wakeup> hold;  ///< connecting waits for it
};

class puppet final : public connection {
 public:
  puppet(puppet_strings& strings, int number) : strings_(strings), number_(number) { ++strings_.alive; }
  ~puppet() override { --strings_.alive; }
  task<exchange> send(const outgoing&, time_point) override { co_return exchange{}; }
  bool reusable() const noexcept override { return std::ranges::find(strings_.unusable, number_) == strings_.unusable.end(); }
  bool stale() noexcept override { return std::ranges::find(strings_.stale, number_) != strings_.stale.end(); }
  void close() noexcept override {}
  int number() const { return number_; }

 private:
  puppet_strings& strings_;
  int number_;
};

class puppet_connector final : public connector {
 public:
  puppet_connector(puppet_strings& strings, loop& on) : strings_(strings), loop_(on) {}
  task<connected> connect(time_point deadline) override {
    EXPECT_EQ(deadline, loop_.now() + 5s);
    connected out;
    if (strings_.hold) co_await strings_.hold->wait();
    if (strings_.refuse) {
      out.error = transport_error::connect_failed;
      out.detail = "refused";
    } else {
      out.connection = std::make_unique<puppet>(strings_, strings_.opened++);
    }
    co_return out;
  }

 private:
  puppet_strings& strings_;
  loop& loop_;
};

class pool_test : public testing::Test {
 protected:
  pool::acquired acquire() { return test::run(context, connections->acquire()); }
  static int number_of(const pool::acquired& got) { return static_cast<puppet&>(*got.lease).number(); }

  /// Leases so many at once and gives them all back, the first first.
  void use(int count) {
    std::vector<pool::acquired> held;
    for (int i = 0; i < count; ++i) held.push_back(acquire());
    for (auto& one : held) one.lease = {};
  }

  boost::asio::io_context context{1};
  test::virtual_loop on{context};
  puppet_strings strings;
  std::unique_ptr<pool> connections = std::make_unique<pool>(on, std::make_unique<puppet_connector>(strings, on), pool_settings{});
};

TEST_F(pool_test, connection_given_back_is_handed_out_again) {
  {
    const auto first = acquire();
    ASSERT_TRUE(first.lease);
    EXPECT_FALSE(first.lease.reused());
    EXPECT_EQ(connections->leased(), 1u);
    EXPECT_EQ(connections->idle(), 0u);
  }
  EXPECT_EQ(connections->leased(), 0u);
  EXPECT_EQ(connections->idle(), 1u);
  const auto again = acquire();
  EXPECT_TRUE(again.lease.reused());
  EXPECT_EQ(number_of(again), 0);
  EXPECT_EQ(strings.opened, 1);
}

TEST_F(pool_test, last_used_is_handed_out_first) {
  use(3);
  EXPECT_EQ(connections->idle(), 3u);
  const auto a = acquire();
  const auto b = acquire();
  const auto c = acquire();
  EXPECT_EQ(number_of(a), 2);
  EXPECT_EQ(number_of(b), 1);
  EXPECT_EQ(number_of(c), 0);
}

TEST_F(pool_test, many_leases_are_never_held_up) {
  std::vector<pool::acquired> held;
  for (int i = 0; i < 500; ++i) held.push_back(acquire());
  EXPECT_EQ(connections->leased(), 500u);
  held.clear();
  EXPECT_EQ(connections->idle(), 500u);
  EXPECT_EQ(on.timers().size(), 1u);
}

TEST_F(pool_test, failed_connect_is_told) {
  strings.refuse = true;
  const auto got = acquire();
  EXPECT_FALSE(got.lease);
  EXPECT_EQ(got.error, transport_error::connect_failed);
  EXPECT_EQ(got.detail, "refused");
  EXPECT_EQ(connections->leased(), 0u);
}

TEST_F(pool_test, stale_connections_are_closed_instead_of_handed_out) {
  use(3);
  strings.stale = {1, 2};
  EXPECT_EQ(number_of(acquire()), 0);
  EXPECT_EQ(strings.alive, 1);
  strings.stale = {0, 1, 2};
  on.advance(1ms);
  const auto fresh = acquire();
  EXPECT_EQ(number_of(fresh), 3);
  EXPECT_FALSE(fresh.lease.reused());
  EXPECT_EQ(strings.alive, 1);
}

TEST_F(pool_test, unusable_connection_is_closed_when_given_back) {
  strings.unusable = {0};
  acquire();
  EXPECT_EQ(connections->idle(), 0u);
  EXPECT_EQ(strings.alive, 0);
}

TEST_F(pool_test, idle_connections_are_closed_after_their_time) {
  use(1);
  on.advance(24s);
  EXPECT_EQ(strings.alive, 1);
  on.advance(1s);
  EXPECT_EQ(strings.alive, 0);
  EXPECT_EQ(connections->idle(), 0u);
  EXPECT_EQ(on.timers().size(), 0u);
}

TEST_F(pool_test, connections_in_use_stay_while_the_others_grow_old) {
  use(3);
  for (int second = 0; second < 30; ++second) {
    on.advance(1s);
    use(1);
  }
  EXPECT_EQ(connections->idle(), 1u);
  EXPECT_EQ(strings.alive, 1);
  EXPECT_EQ(strings.opened, 3);
  EXPECT_EQ(on.timers().size(), 1u);
  on.advance(25s);
  EXPECT_EQ(strings.alive, 0);
}

TEST_F(pool_test, leased_connection_does_not_grow_old) {
  {
    const auto held = acquire();
    on.advance(100s);
    EXPECT_EQ(strings.alive, 1);
  }
  EXPECT_EQ(connections->idle(), 1u);
}

TEST_F(pool_test, stop_closes_idle_ones_now_and_leased_ones_later) {
  use(3);
  auto held = acquire();
  connections->stop();
  EXPECT_EQ(strings.alive, 1);
  EXPECT_EQ(on.timers().size(), 0u);
  held.lease = {};
  EXPECT_EQ(strings.alive, 0);
  EXPECT_EQ(connections->idle(), 0u);
  const auto after = acquire();
  EXPECT_FALSE(after.lease);
  EXPECT_EQ(after.error, transport_error::stopped);
  EXPECT_EQ(strings.opened, 3);
  connections->stop();
}

TEST_F(pool_test, stop_while_connecting_ends_with_stopped) {
  strings.hold.emplace(context.get_executor());
  std::optional<pool::acquired> got;
  boost::asio::co_spawn(context.get_executor(), connections->acquire(),
                        [&](std::exception_ptr, pool::acquired one) { got = std::move(one); });
  on.run_ready();
  connections->stop();
  strings.hold->notify();
  on.run_ready();
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->lease);
  EXPECT_EQ(got->error, transport_error::stopped);
  EXPECT_EQ(strings.alive, 0);
}

TEST_F(pool_test, pool_may_end_while_connecting) {
  strings.hold.emplace(context.get_executor());
  std::optional<pool::acquired> got;
  boost::asio::co_spawn(context.get_executor(), connections->acquire(),
                        [&](std::exception_ptr, pool::acquired one) { got = std::move(one); });
  on.run_ready();
  connections.reset();
  strings.hold->notify();
  on.run_ready();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error, transport_error::stopped);
}

TEST_F(pool_test, lease_may_outlive_the_pool) {
  auto held = acquire();
  connections.reset();
  EXPECT_EQ(strings.alive, 1);
  held.lease = {};
  EXPECT_EQ(strings.alive, 0);
}

TEST_F(pool_test, moved_lease_is_given_back_once) {
  auto a = acquire();
  auto b = acquire();
  pool::lease moved = std::move(a.lease);
  EXPECT_FALSE(a.lease);
  EXPECT_EQ(connections->leased(), 2u);
  moved = std::move(b.lease);
  EXPECT_EQ(connections->leased(), 1u);
  EXPECT_EQ(connections->idle(), 1u);
  EXPECT_EQ(static_cast<puppet&>(*moved).number(), 1);
}

/// The pool over real sockets.
class pool_network_test : public test::network_fixture, public testing::TestWithParam<bool> {
 protected:
  void serve(test::scripted_server::script plays) {
    network_fixture::serve(std::move(plays), GetParam());
    connections.emplace(on, std::move(dials), pool_settings{});
  }

  test::told exchange_once() {
    auto got = run_acquire();
    test::told failed;
    failed.error = got.error;
    failed.detail = got.detail;
    if (!got.lease) return failed;
    reused = got.lease.reused();
    return get(*got.lease);
  }

  pool::acquired run_acquire() { return test::run(context, connections->acquire()); }

  static task<void> answer_until_closed(peer& client, int) {
    for (;;) {
      const std::string request = co_await client.read_request();
      if (request.empty()) co_return;
      co_await client.write(ok);
    }
  }

  std::optional<pool> connections;
  bool reused = false;
};

INSTANTIATE_TEST_SUITE_P(over, pool_network_test, testing::Bool(), [](const auto& of) { return of.param ? "tls" : "tcp"; });

TEST_P(pool_network_test, one_connection_carries_many_exchanges) {
  serve(answer_until_closed);
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(exchange_once().status, 200u);
    EXPECT_EQ(reused, i > 0);
  }
  EXPECT_EQ(server->accepted(), 1);
}

TEST_P(pool_network_test, connection_closed_while_idle_is_replaced_unnoticed) {
  int ended = 0;
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_request();
    co_await client.write(ok);
    co_await client.end();
    ++ended;
  });
  for (int i = 1; i <= 5; ++i) {
    const auto got = exchange_once();
    EXPECT_EQ(got.status, 200u) << got.detail;
    EXPECT_FALSE(reused);
    ASSERT_TRUE(eventually([&] { return ended == i; }));
  }
  EXPECT_EQ(server->accepted(), 5);
}

TEST_P(pool_network_test, refused_connect_comes_through) {
  serve(answer_until_closed);
  server->stop();
  EXPECT_EQ(exchange_once().error, transport_error::connect_failed);
}

TEST_P(pool_network_test, stop_lets_the_exchange_under_way_end) {
  bool is_asked = false;
  wakeup may_answer(on.executor());
  serve([&](peer& client, int) -> task<void> {
    co_await client.read_request();
    is_asked = true;
    co_await may_answer.wait();
    co_await client.write(ok);
    co_await client.closed();
  });
  auto got = run_acquire();
  ASSERT_TRUE(got.lease) << got.detail;
  const outgoing what{.method = "GET", .target = "/", .headers = "Host: a\r\n", .body = ""};
  std::optional<exchange> done;
  boost::asio::co_spawn(context.get_executor(), got.lease->send(what, on.now() + 20s),
                        [&](std::exception_ptr, exchange one) { done = one; });
  ASSERT_TRUE(eventually([&] { return is_asked; }));
  connections->stop();
  may_answer.notify();
  ASSERT_TRUE(eventually([&] { return done.has_value(); }));
  EXPECT_EQ(done->error, transport_error::none);
  EXPECT_EQ(done->answer.status, 200u);
  got.lease = {};
  EXPECT_EQ(connections->idle(), 0u);
}

TEST_P(pool_network_test, many_leases_work_side_by_side) {
  serve(answer_until_closed);
  int good = 0;
  int done = 0;
  auto client = [this, &good]() -> task<void> {
    const outgoing what{.method = "POST", .target = "/", .headers = "Host: a\r\n", .body = "{}"};
    for (int round = 0; round < 20; ++round) {
      const auto got = co_await connections->acquire();
      if (!got.lease) co_return;
      const exchange one = co_await got.lease->send(what, on.now() + 20s);
      good += one.answer.status == 200;
    }
  };
  for (int i = 0; i < 64; ++i) boost::asio::co_spawn(context.get_executor(), client(), [&](std::exception_ptr) { ++done; });
  EXPECT_TRUE(eventually([&] { return done == 64; }));
  EXPECT_EQ(good, 64 * 20);
  EXPECT_LE(server->accepted(), 64);
  EXPECT_EQ(connections->leased(), 0u);
}

}  // namespace
}  // namespace leadrelay::http
