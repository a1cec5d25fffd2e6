#include "http/tls_stream.hpp"

#include <limits>
#include <new>
#include <optional>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

namespace leadrelay::http {
namespace {

using boost::system::error_code;
using readiness = polled_socket::readiness;

bool would_block(const error_code& error) noexcept {
  return error == boost::asio::error::would_block || error == boost::asio::error::try_again;
}

int clamped(std::size_t bytes) noexcept { return static_cast<int>(std::min<std::size_t>(bytes, std::numeric_limits<int>::max())); }

}  // namespace

/// What OpenSSL reads and writes through (BIO_meth_new(3)), and what waits for it.
struct tls_stream::state {
  struct step {
    error_code error{};
    std::size_t bytes = 0;
    std::optional<readiness> wants{};  ///< to be tried again then
  };
  using attempt = step (state::*)();

  struct operation {
    attempt next;
    handler done;
  };

  state(polled_socket taken, boost::asio::ssl::context& context) : socket(std::move(taken)), ssl(SSL_new(context.native_handle())) {
    BIO* const through = ssl ? BIO_new(method()) : nullptr;
    if (!through) {
      SSL_free(ssl);
      throw std::bad_alloc();
    }
    BIO_set_data(through, this);
    BIO_set_init(through, 1);
    SSL_set_bio(ssl, through, through);  // takes it over
    SSL_set_connect_state(ssl);
    SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);  // so that writing waits for nothing to be read
    SSL_set_read_ahead(ssl, 1);
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() { SSL_free(ssl); }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* const of = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "polled socket");
      BIO_meth_set_write(of, [](BIO* bio, const char* from, int bytes) { return of_bio(bio).write_out(bio, from, bytes); });
      BIO_meth_set_read(of, [](BIO* bio, char* into, int bytes) { return of_bio(bio).read_in(bio, into, bytes); });
      BIO_meth_set_ctrl(of, [](BIO* bio, int command, long, void*) -> long {
        if (command == BIO_CTRL_EOF) return of_bio(bio).ended;
        return command == BIO_CTRL_FLUSH;
      });
      return of;
    }();
    return made;
  }
  static state& of_bio(BIO* bio) { return *static_cast<state*>(BIO_get_data(bio)); }

  int write_out(BIO* bio, const char* from, int bytes) {
    BIO_clear_retry_flags(bio);
    const std::size_t sent = socket.write_some(boost::asio::buffer(from, static_cast<std::size_t>(bytes)), socket_error);
    if (!socket_error) return static_cast<int>(sent);
    if (would_block(socket_error)) BIO_set_retry_write(bio);
    return -1;
  }

  int read_in(BIO* bio, char* into, int bytes) {
    BIO_clear_retry_flags(bio);
    const std::size_t got = socket.read_some(boost::asio::buffer(into, static_cast<std::size_t>(bytes)), socket_error);
    if (!socket_error) return static_cast<int>(got);
    if (would_block(socket_error)) BIO_set_retry_read(bio);
    ended = socket_error == boost::asio::error::eof;
    return ended ? 0 : -1;
  }

  void begin() noexcept {
    ERR_clear_error();
    socket_error.clear();
  }

  /// What came of a call, by what it returned.
  step end(int returned) {
    if (returned > 0) return {{}, static_cast<std::size_t>(returned)};
    switch (SSL_get_error(ssl, returned)) {
      case SSL_ERROR_WANT_READ: return {{}, 0, readiness::to_read};
      case SSL_ERROR_WANT_WRITE: return {{}, 0, readiness::to_write};
      case SSL_ERROR_ZERO_RETURN: return {boost::asio::error::eof};
      default: return {failure()};
    }
  }

  error_code failure() const {
    if (ended) return boost::asio::ssl::error::stream_truncated;
    if (socket_error) return socket_error;
    const unsigned long error = ERR_get_error();
    if (error == 0) return boost::asio::ssl::error::unexpected_result;
    return {static_cast<int>(error), boost::asio::error::get_ssl_category()};
  }

  step handshake_now() {
    begin();
    return end(SSL_connect(ssl));
  }
  step read_now() {
    if (read_into.size() == 0) return {};
    begin();
    return end(SSL_read(ssl, read_into.data(), clamped(read_into.size())));
  }
  step write_now() {
    if (write_from.size() == 0) return {};
    begin();
    return end(SSL_write(ssl, write_from.data(), clamped(write_from.size())));
  }

  void start(std::optional<operation>& in, attempt next, handler done) {
    in.emplace(operation{next, std::move(done)});
    const step first = (this->*next)();
    if (first.wants) return wait(in, *first.wants);
    boost::asio::post(socket.get_executor(), [done = take(in), first]() mutable { std::move(done)(first.error, first.bytes); });
  }

  void wait(std::optional<operation>& in, readiness until) {
    socket.wait(until, [this, &in](const error_code& error) { go_on(in, error); });
  }

  void go_on(std::optional<operation>& in, const error_code& error) {
    const step next = error ? step{error} : (this->*in->next)();
    if (next.wants) return wait(in, *next.wants);
    take(in)(next.error, next.bytes);  // may have destroyed this
  }

  static handler take(std::optional<operation>& from) {
    handler out = std::move(from->done);
    from.reset();
    return out;
  }

  polled_socket socket;
  SSL* ssl;
  boost::asio::mutable_buffer read_into;
  boost::asio::const_buffer write_from;
  std::optional<operation> reading;  ///< or shaking hands
  std::optional<operation> writing;
  error_code socket_error;  ///< of the call under way
  bool ended = false;       ///< the socket has come to its end
};

tls_stream::tls_stream(polled_socket socket, boost::asio::ssl::context& context)
    : state_(std::make_unique<state>(std::move(socket), context)) {}

tls_stream::tls_stream(tls_stream&&) noexcept = default;

tls_stream::~tls_stream() = default;

executor tls_stream::get_executor() const noexcept { return state_->socket.get_executor(); }

polled_socket& tls_stream::next_layer() noexcept { return state_->socket; }

SSL* tls_stream::native_handle() noexcept { return state_ ? state_->ssl : nullptr; }

std::size_t tls_stream::write_some(boost::asio::const_buffer from, error_code& error) {
  state_->write_from = from;
  const auto done = state_->write_now();
  error = done.wants ? boost::asio::error::would_block : done.error;
  return done.bytes;
}

void tls_stream::handshake(handler done) { state_->start(state_->reading, &state::handshake_now, std::move(done)); }

void tls_stream::read(boost::asio::mutable_buffer into, handler done) {
  state_->read_into = into;
  state_->start(state_->reading, &state::read_now, std::move(done));
}

void tls_stream::write(boost::asio::const_buffer from, handler done) {
  state_->write_from = from;
  state_->start(state_->writing, &state::write_now, std::move(done));
}

}  // namespace leadrelay::http
