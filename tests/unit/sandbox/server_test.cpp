#include "sandbox/server.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using answer = http::response<http::string_body>;

constexpr const char* orwel_lead = "/api/v1/leads/550e8400-e29b-41d4-a716-446655440000";

http::request<http::string_body> make(http::verb method, const std::string& target, const std::string& body = {}) {
  http::request<http::string_body> out(method, target, 11, body);
  out.set(http::field::host, "localhost");
  out.set(http::field::authorization, "Bearer k1");
  out.set(http::field::content_type, "application/json");
  out.prepare_payload();
  return out;
}

template <class Stream>
answer read_answer(Stream& stream, boost::beast::flat_buffer& buffer, error_code& error) {
  http::response_parser<http::string_body> parser;
  parser.body_limit(64 * 1024 * 1024);
  http::read(stream, buffer, parser, error);
  return parser.release();
}

/// A client of one plain connection; reads and writes block, but never longer than 20 seconds.
class client {
 public:
  explicit client(std::uint16_t port) {
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    const timeval most{20, 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  }

  answer call(http::verb method, const std::string& target, const std::string& body = {}) {
    send(method, target, body);
    answer read = read_answer(socket, buffer, error);
    return read;
  }

  void send(http::verb method, const std::string& target, const std::string& body = {}) {
    http::write(socket, make(method, target, body), error);
  }

  asio::io_context context;
  tcp::socket socket{context};
  boost::beast::flat_buffer buffer;
  error_code error;
};

options with_fault(fault what) {
  options out;
  out[provider::orwel].faults[what] = 100;
  return out;
}

/// Asks until it is so; the server is another thread.
template <class Question>
bool becomes_true(background_server& server, Question question) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!server.ask(question))
    if (std::chrono::steady_clock::now() > deadline) return false;
  return true;
}

TEST(server, one_connection_carries_many_requests) {
  background_server server{options{}};
  client one(server.port());
  for (int i = 0; i < 100; ++i) {
    const answer got = one.call(http::verb::patch, orwel_lead, R"({"properties":{"seq":)" + std::to_string(i) + "}}");
    ASSERT_EQ(got.result_int(), 200u);
    EXPECT_TRUE(got.keep_alive());
    EXPECT_EQ(got[http::field::content_type], "application/json");
  }
  EXPECT_EQ(server.ask([](sandbox_state& state) { return state.counted(provider::orwel).applied; }), 100u);
}

TEST(server, pipelined_requests_are_answered_in_order) {
  background_server server{options{}};
  client one(server.port());
  for (int i = 0; i < 10; ++i) one.send(http::verb::get, "/leads/" + std::to_string(i));
  for (int i = 0; i < 10; ++i) {
    const answer got = read_answer(one.socket, one.buffer, one.error);
    EXPECT_EQ(json::text(parsed(got.body())["id"]), std::to_string(i));
  }
}

TEST(server, garbage_after_a_request_is_400_and_the_end) {
  background_server server{options{}};
  client one(server.port());
  asio::write(one.socket, asio::buffer(std::string("GET /leads/a HTTP/1.1\r\nAuthorization: Bearer k\r\n\r\n\x01\x02garbage\r\n\r\n")));
  EXPECT_EQ(read_answer(one.socket, one.buffer, one.error).result_int(), 200u);
  const answer refused = read_answer(one.socket, one.buffer, one.error);
  EXPECT_EQ(refused.result_int(), 400u);
  EXPECT_FALSE(refused.keep_alive());
  read_answer(one.socket, one.buffer, one.error);
  EXPECT_EQ(one.error, http::error::end_of_stream);
}

TEST(server, body_over_the_bound_is_413_and_at_the_bound_is_read) {
  options settings;
  settings.largest_body = 1000;
  background_server server{settings};
  const auto status = [&](std::size_t bytes) {
    return client(server.port()).call(http::verb::patch, orwel_lead, "{}" + std::string(bytes - 2, ' ')).result_int();
  };
  EXPECT_EQ(status(1000), 200u);
  EXPECT_EQ(status(1001), 413u);
  EXPECT_EQ(status(300'000), 413u);
}

TEST(server, chunked_body_over_the_bound_is_413) {
  options settings;
  settings.largest_body = 10;
  background_server server{settings};
  client one(server.port());
  const std::string head = "PUT /leads/a HTTP/1.1\r\nAuthorization: Bearer k\r\nTransfer-Encoding: chunked\r\n\r\n";
  asio::write(one.socket, asio::buffer(head + "b\r\n{         }\r\n0\r\n\r\n"));
  EXPECT_EQ(read_answer(one.socket, one.buffer, one.error).result_int(), 413u);
}

TEST(server, header_over_the_bound_is_431) {
  background_server server{options{}};
  client one(server.port());
  asio::write(one.socket, asio::buffer("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"), one.error);
  EXPECT_EQ(read_answer(one.socket, one.buffer, one.error).result_int(), 431u);
}

TEST(server, connection_close_is_honoured) {
  background_server server{options{}};
  client one(server.port());
  asio::write(one.socket, asio::buffer(std::string("GET /leads/a HTTP/1.1\r\nConnection: close\r\n\r\n")));
  EXPECT_FALSE(read_answer(one.socket, one.buffer, one.error).keep_alive());
  read_answer(one.socket, one.buffer, one.error);
  EXPECT_EQ(one.error, http::error::end_of_stream);
}

TEST(server, expect_100_continue_is_answered_before_the_body) {
  background_server server{options{}};
  client one(server.port());
  const std::string head = "PUT /leads/a HTTP/1.1\r\nAuthorization: Bearer k\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  asio::write(one.socket, asio::buffer(head));
  std::array<char, 25> go_on{};
  asio::read(one.socket, asio::buffer(go_on), one.error);
  EXPECT_EQ(std::string_view(go_on.data(), go_on.size()), "HTTP/1.1 100 Continue\r\n\r\n");
  asio::write(one.socket, asio::buffer(std::string("{}")));
  EXPECT_EQ(read_answer(one.socket, one.buffer, one.error).result_int(), 200u);
}

TEST(server, resets_are_seen_as_resets) {
  for (const fault what : {fault::reset_before, fault::reset_after}) {
    background_server server{with_fault(what)};
    client one(server.port());
    one.call(http::verb::patch, orwel_lead, "{}");
    EXPECT_EQ(one.error, boost::asio::error::connection_reset) << to_string(what);
    EXPECT_EQ(server.ask([](sandbox_state& state) { return state.counted(provider::orwel).applied; }),
              what == fault::reset_after ? 1u : 0u);
  }
}

TEST(server, malformed_answer_is_no_http) {
  background_server server{with_fault(fault::malformed)};
  client one(server.port());
  one.call(http::verb::patch, orwel_lead, "{}");
  EXPECT_EQ(one.error, http::error::bad_version);
}

TEST(server, truncated_answer_ends_within_its_body) {
  background_server server{with_fault(fault::truncated)};
  client one(server.port());
  one.call(http::verb::patch, orwel_lead, "{}");
  EXPECT_EQ(one.error, http::error::partial_message);
}

TEST(server, oversized_answer_is_whole_and_large) {
  options settings = with_fault(fault::oversized);
  settings[provider::orwel].faults.oversized_bytes = 5'000'000;
  background_server server{settings};
  client one(server.port());
  EXPECT_GT(one.call(http::verb::patch, orwel_lead, "{}").body().size(), 5'000'000u);
  EXPECT_GT(one.call(http::verb::get, orwel_lead).body().size(), 5'000'000u);
}

TEST(server, hanging_request_ends_with_its_client) {
  background_server server{with_fault(fault::hang)};
  {
    client one(server.port());
    one.send(http::verb::patch, orwel_lead, "{}");
    EXPECT_TRUE(becomes_true(server, [](sandbox_state& state) { return state.counted(provider::orwel).requests == 1; }));
    client other(server.port());
    other.send(http::verb::patch, orwel_lead, "{}");
    EXPECT_TRUE(becomes_true(server, [](sandbox_state& state) { return state.counted(provider::orwel).overlaps == 1; }));
  }
  client later(server.port());
  later.send(http::verb::patch, orwel_lead, "{}");
  EXPECT_TRUE(becomes_true(server, [](sandbox_state& state) { return state.counted(provider::orwel).requests == 3; }));
  EXPECT_EQ(server.ask([](sandbox_state& state) { return state.counted(provider::orwel).overlaps; }), 1u);
}

TEST(server, stop_ends_hanging_and_idle_connections) {
  auto server = std::make_unique<background_server>(with_fault(fault::hang));
  client idle(server->port());
  client hanging(server->port());
  hanging.send(http::verb::patch, orwel_lead, "{}");
  EXPECT_TRUE(becomes_true(*server, [](sandbox_state& state) { return state.counted(provider::orwel).requests == 1; }));
  server.reset();
  read_answer(hanging.socket, hanging.buffer, hanging.error);
  EXPECT_TRUE(hanging.error);
  read_answer(idle.socket, idle.buffer, idle.error);
  EXPECT_TRUE(idle.error);
}

TEST(server, latency_and_slow_bodies_take_their_time) {
  options settings;
  settings[provider::orwel].faults.latency = std::chrono::milliseconds{60};
  settings[provider::orwel].faults.slow_body = 100;
  settings[provider::orwel].faults.slow_body_time = std::chrono::milliseconds{100};
  background_server server{settings};
  client one(server.port());
  for (int i = 0; i < 2; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const answer got = one.call(http::verb::patch, orwel_lead, "{}");
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{155});
    EXPECT_TRUE(parsed(got.body())["data"].IsObject());
  }
  EXPECT_EQ(server.ask([](sandbox_state& state) { return state.counted(provider::orwel).overlaps; }), 0u);
}

TEST(server, control_works_over_http) {
  background_server server{options{}};
  client one(server.port());
  EXPECT_EQ(one.call(http::verb::put, "/_sandbox/faults", R"({"orwel":{"status_503":100}})").result_int(), 200u);
  EXPECT_EQ(one.call(http::verb::patch, orwel_lead, "{}").result_int(), 503u);
  const auto report = parsed(one.call(http::verb::get, "/_sandbox/report").body());
  EXPECT_EQ(report["providers"]["orwel"]["by_status"]["503"].GetInt(), 1);
}

TEST(server, port_in_use_is_an_error) {
  background_server first{options{}};
  asio::io_context context;
  server second(context, options{});
  EXPECT_TRUE(second.listen("127.0.0.1", first.port()).has_error());
  EXPECT_TRUE(second.listen("127.0.0.1", 0, tls_files{"/nowhere/cert.pem", "/nowhere/key.pem"}).has_error());
}

/// A certificate for localhost in a directory that goes with it.
struct certificate {
  certificate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "leadrelay_sandbox_XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
        file("key.pem") + " -out " + file("cert.pem") + " 2>/dev/null";
    made = std::system(command.c_str()) == 0;
  }
  ~certificate() { std::filesystem::remove_all(directory); }
  std::string file(const std::string& name) const { return directory + "/" + name; }

  std::string directory;
  bool made = false;
};

TEST(server, tls_is_spoken_where_a_certificate_is_given) {
  const certificate files;
  ASSERT_TRUE(files.made);
  options settings;
  settings[provider::orwel].faults.latency = std::chrono::milliseconds{5};
  background_server server{settings, "127.0.0.1", 0, tls_files{files.file("cert.pem"), files.file("key.pem")}};
  asio::io_context context;
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.load_verify_file(files.file("cert.pem"));
  tls.set_verify_mode(asio::ssl::verify_peer);
  asio::ssl::stream<tcp::socket> stream(context, tls);
  stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
  stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), server.port()});
  stream.handshake(asio::ssl::stream_base::client);
  boost::beast::flat_buffer buffer;
  for (int i = 0; i < 3; ++i) {
    error_code error;
    http::write(stream, make(http::verb::patch, orwel_lead, "{}"));
    EXPECT_EQ(read_answer(stream, buffer, error).result_int(), 200u);
  }
}

TEST(server, plain_text_on_a_tls_port_is_dropped) {
  const certificate files;
  background_server server{options{}, "127.0.0.1", 0, tls_files{files.file("cert.pem"), files.file("key.pem")}};
  client one(server.port());
  one.call(http::verb::get, "/leads/a");
  EXPECT_TRUE(one.error);
}

}  // namespace
}  // namespace leadrelay::sandbox
