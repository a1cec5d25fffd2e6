#include "sandbox/session.hpp"

#include <poll.h>

#include <algorithm>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace leadrelay::sandbox {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr auto as_result = asio::as_tuple(use_task);
constexpr std::size_t most_header_bytes = 16 * 1024;
constexpr std::size_t piece_bytes = 64 * 1024;
constexpr int slow_pieces = 10;
constexpr std::chrono::milliseconds recheck{50};
constexpr std::chrono::seconds linger_time{1};

moment now() {
  return {std::chrono::time_point_cast<duration>(steady::now()),
          std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
}

std::string_view view(boost::beast::string_view text) noexcept { return {text.data(), text.size()}; }

template <class Stream>
class session final : public connection, public std::enable_shared_from_this<session<Stream>> {
 public:
  session(std::shared_ptr<server_core> core, Stream stream)
      : core_(std::move(core)),
        stream_(std::move(stream)),
        timer_(core_->context.get_executor()) {
    core_->connections.insert(this);
  }

  ~session() override { core_->connections.erase(this); }

  bool client_gone() const noexcept override {
    if (!socket().is_open()) return true;
    pollfd ask{const_cast<tcp_socket&>(socket()).native_handle(), POLLRDHUP, 0};
    return ::poll(&ask, 1, 0) > 0 && (ask.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  }

  void close() noexcept override {
    error_code ignored;
    socket().close(ignored);
    timer_.cancel();
  }

  task<void> run() {
    if (core_->stopped) co_return;
    if constexpr (!std::is_same_v<Stream, tcp_socket>) {
      const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_result);
      if (error) co_return;
    }
    for (bool more = true; more;) more = co_await exchange();
    close();
  }

 private:
  tcp_socket& socket() noexcept {
    if constexpr (std::is_same_v<Stream, tcp_socket>) {
      return stream_;
    } else {
      return stream_.next_layer();
    }
  }
  const tcp_socket& socket() const noexcept { return const_cast<session&>(*this).socket(); }

  /// One request and its answer; whether another may follow.
  task<bool> exchange() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(most_header_bytes);
    parser.body_limit(core_->state.settings().largest_body);
    auto [error, header_bytes] = co_await http::async_read_header(stream_, buffer_, parser, as_result);
    if (!error && !parser.is_done()) error = co_await read_body(parser);
    if (error) {
      co_await refuse(error);
      co_return false;
    }
    const auto& message = parser.get();
    const request what{view(message.method_string()),
                       view(message.target()),
                       view(message["x-api-key"]),
                       view(message[http::field::authorization]),
                       view(message[http::field::content_type]),
                       message.body()};
    const planned_answer plan = core_->state.handle(what, now());
    co_return co_await deliver(plan, message.keep_alive());
  }

  task<error_code> read_body(http::request_parser<http::string_body>& parser) {
    if (boost::beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      const bool told = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
      if (!told) co_return http::make_error_code(http::error::end_of_stream);
    }
    const auto [error, body_bytes] = co_await http::async_read(stream_, buffer_, parser, as_result);
    co_return error;
  }

  /// Does what is planned; whether another request may follow.
  task<bool> deliver(const planned_answer& plan, bool keep_alive) {
    using kind = planned_answer::kind;
    if (plan.token != 0) core_->waiting.emplace(plan.token, this);
    std::optional<duration> delay;
    if (plan.how != kind::hang) delay = plan.delay;
    bool there = true;
    if (!delay || *delay > duration::zero()) there = co_await wait(delay);
    if (!there || plan.how == kind::reset) {
      finish(plan);
      if (there) reset();
      co_return false;
    }
    if (plan.how != kind::raw) compose_head(plan, keep_alive);
    bool sent = false;
    if (plan.slow_body > duration::zero()) {
      sent = co_await dribble(plan);
    } else {
      sent = co_await send(plan);
    }
    co_return sent&& keep_alive&& plan.how == kind::whole;
  }

  task<bool> send(const planned_answer& plan) {
    finish(plan);
    if (plan.how == planned_answer::kind::raw) out_.clear();
    out_.append(plan.body, 0, plan.how == planned_answer::kind::truncated ? plan.body.size() / 2 : plan.body.size());
    const bool sent = co_await write(out_);
    if (!sent || plan.filler == 0) co_return sent;
    co_return co_await write_filler(plan.filler);
  }

  void compose_head(const planned_answer& plan, bool keep_alive) {
    out_.assign("HTTP/1.1 ");
    out_ += std::to_string(plan.status);
    out_ += ' ';
    out_ += view(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(plan.status))));
    out_ += "\r\nContent-Type: ";
    out_ += plan.content_type;
    out_ += "\r\nContent-Length: ";
    out_ += std::to_string(plan.body.size() + plan.filler);
    out_ += "\r\n";
    out_ += plan.headers;
    if (!keep_alive) out_ += "Connection: close\r\n";
    out_ += "\r\n";
  }

  /// The head at once, the body in equal pieces over the time, the last one at its end.
  task<bool> dribble(const planned_answer& plan) {
    const std::string_view body = plan.body;
    const std::size_t piece = body.size() / slow_pieces + 1;
    bool there = co_await write(out_);
    for (std::size_t at = 0; there && at < body.size(); at += piece) {
      there = co_await wait(plan.slow_body / slow_pieces);
      if (at + piece >= body.size()) finish(plan);
      if (there) there = co_await write(body.substr(at, piece));
    }
    finish(plan);
    if (there && plan.filler > 0) there = co_await write_filler(plan.filler);
    co_return there;
  }

  void finish(const planned_answer& plan) {
    if (plan.token == 0) return;
    core_->waiting.erase(plan.token);
    core_->state.finish(plan.token);
  }

  task<bool> write(std::string_view bytes) {
    const auto [error, written] = co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), as_result);
    co_return !error;
  }

  task<bool> write_filler(std::size_t bytes) {
    const std::string piece(std::min(bytes, piece_bytes), ' ');
    while (bytes > 0) {
      const std::size_t length = std::min(bytes, piece.size());
      if (!co_await write(std::string_view(piece).substr(0, length))) co_return false;
      bytes -= length;
    }
    co_return true;
  }

  /// Waits this long, or for ever; false once the client has gone or the server stops.
  task<bool> wait(std::optional<duration> time) {
    const auto deadline = time ? steady::now() + *time : steady::time_point::max();
    readable_ = false;
    watch();
    bool there = !client_gone();
    while (there && steady::now() < deadline) {
      // Once there is something to read, readiness tells no more of an end behind it, so look again now and then.
      timer_.expires_at(readable_ ? std::min(deadline, steady::now() + recheck) : deadline);
      co_await timer_.async_wait(as_result);
      there = !client_gone();
    }
    error_code ignored;
    socket().cancel(ignored);
    co_return there;
  }

  /// Ends the present wait early when something arrives, or the end does.
  void watch() {
    socket().async_wait(tcp_socket::wait_read, [self = this->shared_from_this()](const error_code& error) {
      if (error) return;
      self->readable_ = true;
      self->timer_.cancel();
    });
  }

  /// Closes with RST, so that the client sees its connection reset and not ended.
  void reset() {
    error_code ignored;
    socket().set_option(asio::socket_base::linger(true, 0), ignored);
    socket().close(ignored);
  }

  /// Answers what is no acceptable HTTP request. A connection that has simply ended gets no answer.
  task<void> refuse(const error_code& error) {
    planned_answer plan;
    if (error == http::error::body_limit) {
      plan.status = 413;
      plan.body = "{\"error\":\"the body is too large\"}";
    } else if (error == http::error::header_limit) {
      plan.status = 431;
      plan.body = "{\"error\":\"the header is too large\"}";
    } else if (error.category() == http::make_error_code(http::error::bad_method).category() && error != http::error::end_of_stream &&
               error != http::error::partial_message) {
      plan.status = 400;
      plan.body = "{\"error\":\"not an HTTP request\"}";
    } else {
      co_return;
    }
    compose_head(plan, false);
    const bool sent = co_await send(plan);
    if (sent) co_await read_rest();
  }

  /// Reads on for a moment after the last answer: a close with unread bytes would reset the connection and could take the answer away.
  task<void> read_rest() {
    error_code end;
    socket().shutdown(tcp_socket::shutdown_send, end);
    wait_timer limit(core_->context.get_executor(), linger_time);
    limit.async_wait([self = this->shared_from_this()](const error_code& stopped) {
      if (!stopped) self->close();
    });
    std::array<char, 4096> rest{};
    const auto into = asio::buffer(rest);
    while (!end) std::tie(end, std::ignore) = co_await socket().async_read_some(into, as_result);
  }

  std::shared_ptr<server_core> core_;
  Stream stream_;
  wait_timer timer_;
  bool readable_ = false;
  boost::beast::flat_buffer buffer_;
  std::string out_;
};

}  // namespace

task<void> serve(std::shared_ptr<server_core> core, tcp_socket socket) {
  const auto one = std::make_shared<session<tcp_socket>>(std::move(core), std::move(socket));
  co_await one->run();
}

task<void> serve_tls(std::shared_ptr<server_core> core, tcp_socket socket, std::shared_ptr<asio::ssl::context> tls) {
  using tls_stream = asio::ssl::stream<tcp_socket>;
  tls_stream stream(std::move(socket), *tls);
  const auto one = std::make_shared<session<tls_stream>>(std::move(core), std::move(stream));
  co_await one->run();
}

}  // namespace leadrelay::sandbox
