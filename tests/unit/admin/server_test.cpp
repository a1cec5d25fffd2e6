#include "admin/server.hpp"

#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "admin/page.hpp"
#include "unit/admin/a_process.hpp"

namespace leadrelay::admin {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using answer = http::response<http::string_body>;
using testing::HasSubstr;
using testing::Not;

/// A server on a loop of its own thread.
class a_server : public testing::Test {
 protected:
  void SetUp() override {
    const auto heard = server_.listen("127.0.0.1", 0);
    ASSERT_TRUE(heard);
    port_ = *heard;
    thread_ = std::jthread([this] { context_.run(); });
  }
  void TearDown() override {
    asio::post(context_, [this] {
      server_.stop();
      context_.stop();
    });
  }

  answer ask(const std::string& target, http::verb method = http::verb::get) {
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::make_address("127.0.0.1"), port_});
    http::request<http::string_body> request(method, target, 11);
    request.keep_alive(false);
    http::write(socket, request);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.skip(method == http::verb::head);
    http::read(socket, buffer, parser);
    return parser.release();
  }

  static answer ask_on(asio::ip::tcp::socket& kept, const std::string& target) {
    http::write(kept, http::request<http::string_body>(http::verb::get, target, 11));
    boost::beast::flat_buffer buffer;
    answer out;
    http::read(kept, buffer, out);
    return out;
  }

  std::uint16_t port() const noexcept { return port_; }

 private:
  asio::io_context context_{1};
  real_loop loop_{context_};
  server server_{loop_, []() -> task<process_snapshot> { co_return a_process(); }};
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

TEST_F(a_server, page_is_one_document_that_may_load_nothing) {
  const answer page = ask("/");
  EXPECT_EQ(page.result_int(), 200u);
  EXPECT_EQ(page[http::field::content_type], "text/html; charset=utf-8");
  const std::string policy(page["Content-Security-Policy"]);
  EXPECT_THAT(policy, testing::StartsWith("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(policy, HasSubstr("connect-src 'self'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  for (const char* outside : {"<script src", "<link rel=\"stylesheet", "@import", "https://"})
    EXPECT_THAT(page.body(), Not(HasSubstr(outside)));
  EXPECT_LT(page.body().size(), 48u * 1024);
}

TEST_F(a_server, every_answer_is_kept_by_nobody_and_told_to_nobody) {
  for (const char* target : {"/", "/status.json", "/history.json", "/metrics", "/livez", "/readyz", "/nothing"}) {
    const answer got = ask(target);
    EXPECT_EQ(got[http::field::cache_control], "no-store") << target;
    EXPECT_EQ(got["X-Content-Type-Options"], "nosniff") << target;
    EXPECT_EQ(got["Referrer-Policy"], "no-referrer") << target;
    EXPECT_THAT(std::string(got["Content-Security-Policy"]), HasSubstr("default-src 'none'")) << target;
    EXPECT_EQ(got.count("Access-Control-Allow-Origin"), 0u) << target;
  }
}

TEST_F(a_server, head_tells_the_length_alone_and_other_methods_are_refused) {
  const answer head = ask("/", http::verb::head);
  EXPECT_EQ(head.body(), "");
  EXPECT_EQ(head[http::field::content_length], std::to_string(page().size()));
  for (const http::verb method : {http::verb::post, http::verb::put, http::verb::delete_, http::verb::options})
    EXPECT_EQ(ask("/", method).result_int(), 405u);
}

TEST_F(a_server, request_with_a_long_body_ends_its_connection_before_the_body_is_held) {
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  socket.connect({asio::ip::make_address("127.0.0.1"), port()});
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
  asio::write(socket, asio::buffer(head));
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> got;
  boost::system::error_code error;
  http::read(socket, buffer, got, error);
  EXPECT_EQ(error, http::error::end_of_stream);
  EXPECT_EQ(ask("/livez").result_int(), 200u);
}

TEST_F(a_server, connections_that_say_nothing_keep_nobody_out) {
  asio::io_context context;
  std::vector<asio::ip::tcp::socket> silent;
  for (int count = 0; count < 200; ++count) silent.emplace_back(context).connect({asio::ip::make_address("127.0.0.1"), port()});
  EXPECT_EQ(ask("/livez").result_int(), 200u);
}

TEST_F(a_server, connection_that_asked_lately_outlives_those_that_say_nothing) {
  asio::io_context context;
  const asio::ip::tcp::endpoint there(asio::ip::make_address("127.0.0.1"), port());
  asio::ip::tcp::socket kept(context);
  kept.connect(there);
  std::vector<asio::ip::tcp::socket> silent;
  for (int round = 0; round < 5; ++round) {
    ASSERT_EQ(ask_on(kept, "/livez").result_int(), 200u);
    for (int count = 0; count < 40; ++count) silent.emplace_back(context).connect(there);
    ASSERT_EQ(ask("/livez").result_int(), 200u);  // the server has taken every connection before this one
  }
  EXPECT_EQ(ask_on(kept, "/livez").result_int(), 200u);
}

TEST_F(a_server, history_takes_any_query) {
  for (const char* target : {"/history.json", "/history.json?", "/history.json?after=3", "/history.json?after=-1", "/history.json?after=x",
                             "/history.json?after=99999999999999999999", "/history.json?other"}) {
    const answer got = ask(target);
    EXPECT_EQ(got.result_int(), 200u) << target;
    EXPECT_EQ(got[http::field::content_type], "application/json");
    EXPECT_THAT(got.body(), testing::StartsWith(R"({"last":0,"milliseconds":[])")) << target;
  }
}

}  // namespace
}  // namespace leadrelay::admin
