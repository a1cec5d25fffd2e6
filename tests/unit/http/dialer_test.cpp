#include "http/dialer.hpp"

#include <sys/socket.h>

#include <boost/asio/error.hpp>

#include "network_fixture.hpp"

namespace leadrelay::http {
namespace {

using test::peer;
using testing::HasSubstr;
using namespace std::chrono_literals;

endpoint loopback(std::uint16_t port, const char* address = "127.0.0.1") { return {boost::asio::ip::make_address(address), port}; }

/// A socket that listens but whose queue is full, so that connecting to it hangs.
class full_queue {
 public:
  explicit full_queue(boost::asio::io_context& context) : listens_(context) {
    listens_.open(boost::asio::ip::tcp::v4());
    listens_.bind(loopback(0));
    listens_.listen(0);
    for (int i = 0; i < 4; ++i) {
      auto& socket = fill_.emplace_back(context);
      socket.async_connect(listens_.local_endpoint(), [](const boost::system::error_code&) {});
    }
    context.restart();
    context.run_for(50ms);
  }
  std::uint16_t port() const { return listens_.local_endpoint().port(); }

 private:
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor> listens_;
  std::vector<tcp_socket> fill_;
};

class dialer_test : public test::network_fixture, public testing::Test {
 protected:
  static task<void> answer_until_closed(peer& client, int) {
    for (;;) {
      const std::string request = co_await client.read_request();
      if (request.empty()) co_return;
      co_await client.write(ok);
    }
  }

  /// Goes to these endpoints, whatever the name.
  void dial(std::vector<endpoint> to, bool tls = false) {
    auto lookup = [this, to](const std::string&, std::uint16_t, lookup_done done) {
      ++lookups;
      done({}, to);
    };
    dials = std::make_unique<dialer>(on, test::origin_of(tls, 1), tls ? test::client_context() : nullptr, bounds, lookup);
  }

  std::uint16_t closed_port() {
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor> once(context, loopback(0));
    return once.local_endpoint().port();
  }

  int lookups = 0;
};

TEST_F(dialer_test, refused_connection_is_a_connect_failure) {
  dial({loopback(closed_port())});
  const connected got = connect();
  EXPECT_EQ(got.connection, nullptr);
  EXPECT_EQ(got.error, transport_error::connect_failed);
  EXPECT_THAT(got.detail, HasSubstr("127.0.0.1:"));
  EXPECT_THAT(got.detail, HasSubstr("refused"));
  EXPECT_EQ(on.timers().size(), 0u);
}

TEST_F(dialer_test, connection_not_made_in_time_is_a_timeout) {
  full_queue full(context);
  dial({loopback(full.port())});
  const auto begin = on.now();
  const connected got = connect(60ms);
  EXPECT_EQ(got.error, transport_error::connect_timeout) << got.detail;
  EXPECT_GE(on.now() - begin, 60ms);
  EXPECT_LT(on.now() - begin, 10s);
}

TEST_F(dialer_test, address_that_hangs_leaves_time_for_the_next) {
  full_queue full(context);
  serve(answer_until_closed, false);
  dial({loopback(full.port()), loopback(closed_port()), loopback(server->port())});
  const connected got = connect(600ms);
  ASSERT_NE(got.connection, nullptr) << got.detail;
  EXPECT_EQ(get(*got.connection).status, 200u);
}

TEST_F(dialer_test, connects_start_at_each_address_in_turn) {
  serve(answer_until_closed, false);
  test::scripted_server other(context, answer_until_closed);
  dial({loopback(server->port()), loopback(other.port())});
  std::vector<std::unique_ptr<connection>> open;
  for (int i = 0; i < 6; ++i) open.push_back(connect().connection);
  EXPECT_TRUE(eventually([&] { return server->accepted() == 3 && other.accepted() == 3; }));
  EXPECT_EQ(lookups, 1);
}

TEST_F(dialer_test, addresses_that_all_fail_are_looked_up_anew) {
  dial({loopback(closed_port()), loopback(closed_port())});
  EXPECT_EQ(connect().error, transport_error::connect_failed);
  EXPECT_EQ(connect().error, transport_error::connect_failed);
  EXPECT_EQ(lookups, 2);
}

TEST_F(dialer_test, unknown_name_is_a_resolve_failure) {
  auto lookup = [](const std::string&, std::uint16_t, lookup_done done) { done(boost::asio::error::host_not_found, {}); };
  dials = std::make_unique<dialer>(on, test::origin_of(false, 1), nullptr, bounds, lookup);
  const connected got = connect();
  EXPECT_EQ(got.error, transport_error::resolve_failed);
  EXPECT_THAT(got.detail, HasSubstr("leads.test: Host not found"));
}

TEST_F(dialer_test, name_lookup_that_hangs_is_left_at_the_deadline) {
  lookup_done late;
  auto lookup = [&](const std::string&, std::uint16_t, lookup_done done) { late = std::move(done); };
  dials = std::make_unique<dialer>(on, test::origin_of(false, 1), nullptr, bounds, lookup);
  EXPECT_EQ(connect(20ms).error, transport_error::connect_timeout);
  dials.reset();
  late({}, {loopback(1)});
  context.restart();
  context.poll();
}

TEST_F(dialer_test, addresses_of_ip_version_6_are_dialled) {
  boost::system::error_code error;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor> six(context);
  six.open(boost::asio::ip::tcp::v6(), error);
  if (!error) six.bind(loopback(0, "::1"), error);
  if (error) GTEST_SKIP() << "no IPv6 here";
  six.listen();
  const auto to = *parse_origin("http://[::1]:" + std::to_string(six.local_endpoint().port()));
  dials = std::make_unique<dialer>(on, to, nullptr, bounds);
  EXPECT_NE(connect().connection, nullptr);
}

TEST_F(dialer_test, handshake_that_is_never_answered_is_a_timeout) {
  serve([](peer& client, int) -> task<void> { co_await client.closed(); }, false);
  dial({loopback(server->port())}, true);
  const connected got = connect(50ms);
  EXPECT_EQ(got.error, transport_error::connect_timeout);
  EXPECT_THAT(got.detail, HasSubstr("handshake"));
  EXPECT_EQ(on.timers().size(), 0u);
}

TEST_F(dialer_test, server_without_tls_fails_the_handshake) {
  serve(
      [](peer& client, int number) -> task<void> {
        if (number == 0) co_await client.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        if (number == 1) client.cut();
        co_await client.closed();
      },
      false);
  dial({loopback(server->port())}, true);
  const connected plain = connect();
  EXPECT_EQ(plain.error, transport_error::tls_failed);
  EXPECT_EQ(dials->trouble(), tls_trouble::no_tls);
  EXPECT_THAT(plain.detail, HasSubstr("wrong version number"));
}

TEST_F(dialer_test, server_that_hangs_up_within_the_handshake_fails_it) {
  serve(
      [](peer& client, int) -> task<void> {
        client.cut();
        co_return;
      },
      false);
  dial({loopback(server->port())}, true);
  const connected got = connect();
  EXPECT_EQ(got.connection, nullptr);
  EXPECT_TRUE(got.error == transport_error::tls_failed || got.error == transport_error::connect_failed) << got.detail;
}

TEST_F(dialer_test, system_resolver_is_used_unless_another_is_given) {
  serve(answer_until_closed, false);
  dials = std::make_unique<dialer>(on, test::origin_of(false, server->port(), "localhost"), nullptr, bounds);
  const connected got = connect();
  ASSERT_NE(got.connection, nullptr) << got.detail;
  EXPECT_EQ(get(*got.connection).status, 200u);
}

}  // namespace
}  // namespace leadrelay::http
