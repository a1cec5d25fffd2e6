// The yardstick of sending: Beast and coroutines alone, one thread, keep-alive connections that send one request after another, over TLS
// where the authority is given that the server's certificate is verified by.
//   bare_client PORT CONNECTIONS REQUESTS [CA_FILE]
#include <cstdio>
#include <cstdlib>

#include <sys/resource.h>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "base/task.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using leadrelay::executor;
using leadrelay::task;
using leadrelay::use_task;

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;
using tls_stream = asio::ssl::stream<tcp_socket>;

task<void> send_over(auto& stream, int number, long& left) {
  beast::flat_buffer buffer;
  char target[80];
  std::snprintf(target, sizeof target, "/api/v1/leads/550e8400-e29b-41d4-a716-%012d", number);
  http::request<http::string_body> request(http::verb::patch, target, 11);
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::authorization, "Bearer bench");
  request.set(http::field::content_type, "application/json");
  while (left-- > 0) {
    request.body() =
        R"({"properties":{"status":"qualified","score":90,"text":"as much as people in sales write down after a call, about eighty characters"}})";
    request.prepare_payload();
    co_await http::async_write(stream, request, use_task);
    http::response<http::string_body> response;
    co_await http::async_read(stream, buffer, response, use_task);
  }
}

task<void> send(executor on, asio::ip::tcp::endpoint to, asio::ssl::context* tls, int number, long& left) {
  tcp_socket socket(on);
  co_await socket.async_connect(to, use_task);
  socket.set_option(asio::ip::tcp::no_delay(true));
  if (!tls) co_return co_await send_over(socket, number, left);
  tls_stream stream(std::move(socket), *tls);
  co_await stream.async_handshake(asio::ssl::stream_base::client, use_task);
  co_await send_over(stream, number, left);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) return 2;
  asio::ssl::context tls(asio::ssl::context::tls_client);
  if (argc == 5) {
    tls.load_verify_file(argv[4]);
    tls.set_verify_mode(asio::ssl::verify_peer);
  }
  asio::io_context context(1);
  const asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::atoi(argv[1])));
  const long requests = std::atol(argv[3]);
  long left = requests;
  for (int number = 0; number < std::atoi(argv[2]); ++number)
    asio::co_spawn(context, send(context.get_executor(), to, argc == 5 ? &tls : nullptr, number, left), asio::detached);
  context.run();
  std::printf("{\"requests\":%ld,\"cpu_s\":%.3f}\n", requests, cpu_seconds());
  return 0;
}
