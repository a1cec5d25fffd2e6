#include "http/dialer.hpp"

#include <algorithm>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace leadrelay::http {
namespace {

using boost::system::error_code;

std::string text_of(const endpoint& at) {
  const std::string address = at.address().to_string();
  return (at.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(at.port());
}

void fail(connected& out, transport_error error, std::string detail) {
  out.error = error;
  out.detail = std::move(detail);
}

void close(tcp_socket& socket) noexcept {
  error_code ignored;
  socket.close(ignored);
}

void close(polled_socket& socket) noexcept { socket.close(); }

/// Closes a socket at a deadline, which ends the operation that waits for it. `stop` must be called before it or the socket is destroyed;
/// its destructor does not, as a coroutine that is destroyed with its io_context may have outlived the loop.
class closes_at {
 public:
  closes_at(loop& on, time_point deadline, auto& socket) : loop_(on) {
    timer_ = on.timers().add(deadline, [this, &socket] {
      closed_ = true;
      close(socket);
    });
  }
  closes_at(const closes_at&) = delete;
  closes_at& operator=(const closes_at&) = delete;

  /// Whether it was in time.
  bool stop() {
    loop_.timers().cancel(timer_);
    return !closed_;
  }

 private:
  loop& loop_;
  timer_queue::id timer_;
  bool closed_ = false;
};

/// Where resetting the connection is the system's word, not TLS's.
bool is_reset(const error_code& error) noexcept {
  return error == boost::asio::error::connection_reset || error == boost::asio::error::broken_pipe;
}

tls_trouble trouble_of(tls_stream& stream, const error_code& error) {
  if (SSL_get_verify_result(stream.native_handle()) != X509_V_OK) return tls_trouble::certificate;
  const bool is_alert = error.category() == boost::asio::error::get_ssl_category() &&
                        ERR_GET_REASON(static_cast<unsigned long>(error.value())) >= SSL_AD_REASON_OFFSET;
  return is_alert ? tls_trouble::refused : tls_trouble::no_tls;
}

}  // namespace

/// One connect under way.
struct dialer::attempt {
  attempt(loop& on, time_point by) : socket(on.context()), deadline(by) {}
  tcp_socket socket;
  time_point deadline;
};

dialer::dialer(loop& on, origin to, std::shared_ptr<boost::asio::ssl::context> tls, answer_bounds bounds, lookup_function lookup)
    : loop_(on),
      to_(std::move(to)),
      tls_(std::move(tls)),
      bounds_(bounds),
      addresses_(on, to_, lookup || to_.is_address() ? std::move(lookup) : system_lookup(on)) {}

task<connected> dialer::connect(time_point deadline) {
  connected out;
  trouble_ = tls_trouble::none;
  const addresses::result at = co_await addresses_.get(deadline);
  if (at.found.empty()) {
    fail(out, at.in_time ? transport_error::resolve_failed : transport_error::connect_timeout, to_.host + ": " + at.detail);
    co_return out;
  }
  attempt now(loop_, deadline);
  co_await open_socket(at.found, now, out);
  if (out.error == transport_error::none && to_.is_tls()) {
    co_await shake_hands(now, out);
  } else if (out.error == transport_error::none) {
    out.connection = make_connection(loop_, std::move(now.socket), bounds_);
  }
  if (out.error != transport_error::none) addresses_.forget();
  co_return out;
}

task<void> dialer::open_socket(const std::vector<endpoint>& found, attempt& now, connected& out) {
  const std::size_t first = turn_++ % found.size();
  for (std::size_t tried = 0; tried < found.size(); ++tried) {
    const time_point clock = loop_.now();
    if (tried > 0 && clock >= now.deadline) break;
    const auto share = (now.deadline - clock) / static_cast<int>(found.size() - tried);
    co_await try_address(found[(first + tried) % found.size()], clock + share, now, out);
    if (out.error == transport_error::none) co_return;
  }
}

task<void> dialer::try_address(const endpoint& at, time_point until, attempt& now, connected& out) {
  out = {};
  now.socket = tcp_socket(loop_.context());
  error_code error;
  closes_at timer(loop_, until, now.socket);
  co_await now.socket.async_connect(at, boost::asio::redirect_error(use_task, error));
  if (!timer.stop()) {
    fail(out, transport_error::connect_timeout, text_of(at) + ": not connected in time");
  } else if (error) {
    fail(out, transport_error::connect_failed, text_of(at) + ": " + error.message());
  } else {
    error_code ignored;  // a socket that broke meanwhile shows it at its first use
    now.socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  }
}

task<void> dialer::shake_hands(attempt& now, connected& out) {
  const auto sessions = sessions_;
  tls_stream stream(polled_socket(std::move(now.socket)), *tls_);
  if (!prepare_tls(stream, to_, *sessions)) {
    fail(out, transport_error::tls_failed, "TLS could not be set up");
    co_return;
  }
  error_code error;
  closes_at timer(loop_, now.deadline, stream.next_layer());
  co_await stream.async_handshake(boost::asio::redirect_error(use_task, error));
  const bool in_time = timer.stop();
  if (in_time && !error && refusal_wait_ > duration{}) {
    const time_point shaken = loop_.now();
    co_await hear_refusal(stream, std::min(now.deadline, shaken + refusal_wait_), out);
    refusal_waited_ = loop_.now() - shaken;
    if (out.error != transport_error::none) co_return sessions->forget();
  }
  if (in_time && !error) {
    out.connection = make_connection(loop_, std::move(stream), sessions, bounds_);
    co_return;
  }
  sessions->forget();
  if (!in_time) {
    fail(out, transport_error::connect_timeout, "TLS handshake not finished in time");
  } else if (is_reset(error)) {
    fail(out, transport_error::connect_failed, "reset within the TLS handshake: " + error.message());
  } else {
    trouble_ = trouble_of(stream, error);
    fail(out, transport_error::tls_failed, handshake_failure(stream, error));
  }
}

/// What can be read before any request is asked is the refusal, as an alert or as an end.
task<void> dialer::hear_refusal(tls_stream& stream, time_point deadline, connected& out) {
  char byte = 0;
  error_code error;
  bool over = false;
  const auto timer = loop_.timers().add(deadline, [&] {
    over = true;
    stream.next_layer().cancel();
  });
  co_await stream.async_read_some(boost::asio::buffer(&byte, 1), boost::asio::redirect_error(use_task, error));
  loop_.timers().cancel(timer);
  if (over || !error) co_return;
  trouble_ = tls_trouble::refused;
  fail(out, transport_error::tls_failed, "refused after the TLS handshake: " + handshake_words(error));
}

}  // namespace leadrelay::http
