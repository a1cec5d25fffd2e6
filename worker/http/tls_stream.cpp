#include "http/tls_stream.hpp"

#include <algorithm>
#include <new>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace leadrelay::http {
namespace {

using boost::system::error_code;
using readiness = polled_socket::readiness;
using progress = polled_socket::progress;

/// From the socket, for one call.
constexpr int most_reads = 8;

/// No more than a record: of several that are written at once OpenSSL does not tell which have left, and wants the same bytes again.
int within_record(std::size_t bytes) noexcept { return static_cast<int>(std::min<std::size_t>(bytes, SSL3_RT_MAX_PLAIN_LENGTH)); }

}  // namespace

/// What OpenSSL reads and writes through (BIO_meth_new(3)).
struct tls_stream::state {
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
    const progress sent = socket.write_now(boost::asio::buffer(from, static_cast<std::size_t>(bytes)));
    socket_error = sent.error;
    if (sent.wants) BIO_set_retry_write(bio);
    return sent.wants || sent.error ? -1 : static_cast<int>(sent.bytes);
  }

  /// What never ends, as tickets without end, leaves the loop its turn.
  int read_in(BIO* bio, char* into, int bytes) {
    BIO_clear_retry_flags(bio);
    progress got{.wants = readiness::to_read};
    if (reads_left-- > 0) got = socket.read_now(boost::asio::buffer(into, static_cast<std::size_t>(bytes)));
    socket_error = got.error;
    if (got.wants) BIO_set_retry_read(bio);
    ended = got.error == boost::asio::error::eof;
    if (ended) return 0;
    return got.wants || got.error ? -1 : static_cast<int>(got.bytes);
  }

  void begin() noexcept {
    ERR_clear_error();
    socket_error.clear();
    reads_left = most_reads;
  }

  /// What came of a call, by what it returned.
  progress end(int returned) {
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
    // Where OpenSSL has a word, the socket's own may be of the alert that it sent.
    if (const unsigned long error = ERR_get_error()) return {static_cast<int>(error), boost::asio::error::get_ssl_category()};
    if (socket_error) return socket_error;
    return boost::asio::ssl::error::unexpected_result;
  }

  polled_socket socket;
  SSL* ssl;
  error_code socket_error;  ///< of the call under way
  int reads_left = most_reads;
  bool ended = false;  ///< the socket has come to its end
};

tls_stream::tls_stream(polled_socket socket, boost::asio::ssl::context& context)
    : state_(std::make_unique<state>(std::move(socket), context)) {}

tls_stream::tls_stream(tls_stream&&) noexcept = default;

tls_stream::~tls_stream() = default;

executor tls_stream::get_executor() const noexcept { return state_->socket.get_executor(); }

polled_socket& tls_stream::next_layer() noexcept { return state_->socket; }

SSL* tls_stream::native_handle() noexcept { return state_ ? state_->ssl : nullptr; }

polled_socket::progress tls_stream::handshake_now() {
  state_->begin();
  return state_->end(SSL_connect(state_->ssl));
}

polled_socket::progress tls_stream::read_now(boost::asio::mutable_buffer into) {
  if (into.size() == 0) return {};
  state_->begin();
  return state_->end(SSL_read(state_->ssl, into.data(), within_record(into.size())));
}

polled_socket::progress tls_stream::write_now(boost::asio::const_buffer from) {
  if (from.size() == 0) return {};
  state_->begin();
  return state_->end(SSL_write(state_->ssl, from.data(), within_record(from.size())));
}

}  // namespace leadrelay::http
