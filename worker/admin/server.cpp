#include "admin/server.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "admin/history.hpp"
#include "admin/page.hpp"

namespace leadrelay::admin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using socket_type = asio::basic_stream_socket<tcp, executor>;
using acceptor_type = asio::basic_socket_acceptor<tcp, executor>;
using response = http::response<http::string_body>;

constexpr std::size_t most_connections = 64;
constexpr duration idle_time = std::chrono::seconds{30};
constexpr std::uint64_t longest_body = 1024;  ///< of a request, which needs none
constexpr auto no_throw = asio::as_tuple(use_task);

/// What no answer needs: other origins, frames around it, types guessed, addresses told on.
constexpr std::string_view bare_policy = "default-src 'none'; frame-ancestors 'none'";

response make_response(unsigned status, std::string_view type, std::string body) {
  response out;
  out.result(status);
  out.set(http::field::content_type, type);
  out.set(http::field::cache_control, "no-store");
  out.set("Content-Security-Policy", bare_policy);
  out.set("Referrer-Policy", "no-referrer");
  out.set("X-Content-Type-Options", "nosniff");
  out.body() = std::move(body);
  return out;
}

response make_page() {
  response out = make_response(200, "text/html; charset=utf-8", std::string(page()));
  out.set("Content-Security-Policy", page_policy());
  return out;
}

/// The number of `after=N` in the query; 0 where there is none.
std::uint64_t after_in(std::string_view query) {
  constexpr std::string_view name = "after=";
  std::uint64_t out = 0;
  if (query.starts_with(name)) std::from_chars(query.data() + name.size(), query.data() + query.size(), out);
  return out;
}

}  // namespace

struct server::sessions : std::enable_shared_from_this<server::sessions> {
  sessions(loop& on, snapshot_source source) : loop_(on), snapshots(std::move(source)), acceptor(on.executor()) {}

  task<void> accept();
  void make_room();
  void put_last(const std::shared_ptr<socket_type>& socket);
  task<void> serve(std::shared_ptr<socket_type> socket);
  task<response> answer(const http::request<http::string_body>& request);
  task<response> answer_path(std::string_view path, std::string_view query);
  task<void> sample();
  void sample_later();
  void stop_sampling();

  loop& loop_;
  snapshot_source snapshots;
  acceptor_type acceptor;
  std::vector<std::shared_ptr<socket_type>> open;  ///< by when they have asked or come last, the longest ago first
  history past;
  std::optional<timer_queue::id> sampling;
  bool samples = true;
  bool stopped = false;
};

server::server(loop& on, snapshot_source snapshots) : sessions_(std::make_shared<sessions>(on, std::move(snapshots))) {}

server::~server() { stop(); }

outcome<std::uint16_t> server::listen(const std::string& host, std::uint16_t port) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  const auto failed = [&] {
    return problem{reason::rejected, "admin.listen: cannot listen on " + host + ":" + std::to_string(port) + ": " + error.message()};
  };
  if (error) return failed();
  const tcp::endpoint endpoint(address, port);
  acceptor_type& acceptor = sessions_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (error) return failed();
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  if (error) return failed();
  acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failed();
  auto accepting = [kept = sessions_]() -> task<void> { co_await kept->accept(); };
  asio::co_spawn(sessions_->loop_.executor(), std::move(accepting), asio::detached);
  sessions_->sample_later();
  return acceptor.local_endpoint().port();
}

void server::stop() {
  sessions_->stopped = true;
  sessions_->stop_sampling();
  boost::system::error_code ignored;
  sessions_->acceptor.close(ignored);
  for (const auto& socket : sessions_->open) socket->close(ignored);
}

task<void> server::sessions::accept() {
  while (!stopped) {
    auto socket = std::make_shared<socket_type>(loop_.executor());
    const auto [error] = co_await acceptor.async_accept(*socket, no_throw);
    if (stopped) break;
    if (error) {  // out of descriptors, perhaps: leave the loop to the others for a moment
      co_await loop_.sleep_until(loop_.now() + std::chrono::milliseconds{100});
      continue;
    }
    make_room();
    open.push_back(socket);
    auto serving = [kept = shared_from_this(), socket]() -> task<void> { co_await kept->serve(socket); };
    asio::co_spawn(loop_.executor(), std::move(serving), asio::detached);
  }
}

/// A probe gets its answer, however many connections others keep open.
void server::sessions::make_room() {
  if (open.size() < most_connections) return;
  boost::system::error_code ignored;
  open.front()->close(ignored);
  open.erase(open.begin());
}

void server::sessions::put_last(const std::shared_ptr<socket_type>& socket) {
  const auto at = std::ranges::find(open, socket);
  if (at != open.end()) std::rotate(at, at + 1, open.end());
}

task<void> server::sessions::sample() {
  past.add(co_await snapshots());
  sample_later();
}

void server::sessions::sample_later() {
  if (!samples) return;
  sampling = loop_.timers().add(loop_.now() + history::every, [this] {
    sampling.reset();
    auto sampling_once = [kept = shared_from_this()]() -> task<void> { co_await kept->sample(); };
    asio::co_spawn(loop_.executor(), std::move(sampling_once), asio::detached);
  });
}

void server::sessions::stop_sampling() {
  samples = false;
  if (sampling) loop_.timers().cancel(*std::exchange(sampling, std::nullopt));
}

task<void> server::sessions::serve(std::shared_ptr<socket_type> socket) {
  beast::flat_static_buffer<16384> buffer;
  bool again = true;
  while (again && !stopped) {
    const timer_queue::id idle = loop_.timers().add(loop_.now() + idle_time, [socket] {
      boost::system::error_code ignored;
      socket->close(ignored);
    });
    http::request_parser<http::string_body> parser;
    parser.body_limit(longest_body);
    const auto [read_error, read] = co_await http::async_read(*socket, buffer, parser, no_throw);
    if (!read_error) {
      put_last(socket);
      const http::request<http::string_body>& request = parser.get();
      response out = co_await answer(request);
      again = request.keep_alive();
      out.keep_alive(again);
      const auto [write_error, written] = co_await http::async_write(*socket, out, no_throw);
      again = again && !write_error;
    }
    loop_.timers().cancel(idle);
    again = again && !read_error;
  }
  boost::system::error_code ignored;
  socket->shutdown(tcp::socket::shutdown_both, ignored);
  socket->close(ignored);
  std::erase(open, socket);
}

task<response> server::sessions::answer(const http::request<http::string_body>& request) {
  response out;
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    out = make_response(405, "text/plain", "only GET and HEAD\n");
    out.set(http::field::allow, "GET, HEAD");
  } else {
    const std::string_view target(request.target().data(), request.target().size());
    const std::size_t end = std::min(target.find('?'), target.size());
    out = co_await answer_path(target.substr(0, end), target.substr(std::min(end + 1, target.size())));
  }
  const std::size_t length = out.body().size();
  if (request.method() == http::verb::head) out.body().clear();
  out.content_length(length);
  co_return out;
}

task<response> server::sessions::answer_path(std::string_view path, std::string_view query) {
  if (path == "/livez") co_return make_response(200, "text/plain", "live\n");
  if (path == "/") co_return make_page();
  if (path == "/history.json") co_return make_response(200, "application/json", past.json(after_in(query)) + "\n");
  if (path != "/readyz" && path != "/metrics" && path != "/status.json") co_return make_response(404, "text/plain", "not found\n");
  const process_snapshot now = co_await snapshots();
  if (path == "/metrics") co_return make_response(200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(now));
  if (path == "/status.json") co_return make_response(200, "application/json", status_json(now, past) + "\n");
  const std::string not_ready = now.not_ready();
  if (!not_ready.empty()) co_return make_response(503, "text/plain", not_ready + "\n" + now.troubles());
  co_return make_response(200, "text/plain", "ready\n" + now.troubles());
}

}  // namespace leadrelay::admin
