#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include "http/polled_socket.hpp"

namespace leadrelay::http {

/// The client's side of TLS over a `polled_socket`: OpenSSL reads from the socket and writes to it itself, so that what is sent is
/// encrypted once and copied nowhere, with one system call for a record. An Asio stream (AsyncReadStream, AsyncWriteStream) for coroutines
/// of the loop; of a sequence of buffers the first one is used. One read and one write may be under way, or one handshake. Errors are
/// the system's, Asio's `eof` and `stream_truncated` for an end with and without a close_notify (RFC 8446 section 6.1), and OpenSSL's in
/// Asio's category of them. Stays where it is until what is under way has ended. One thread, the loop's.
class tls_stream {
 public:
  using executor_type = executor;
  using error_code = boost::system::error_code;

  /// Throws std::bad_alloc.
  tls_stream(polled_socket socket, boost::asio::ssl::context& context);
  tls_stream(tls_stream&&) noexcept;
  tls_stream& operator=(tls_stream&&) = delete;
  ~tls_stream();

  executor_type get_executor() const noexcept;
  polled_socket& next_layer() noexcept;
  /// Null of one that was moved from.
  SSL* native_handle() noexcept;

  /// Reads what has come, or encrypts and writes what goes at once. Where not all of a record has left it wants to be written on.
  polled_socket::progress read_now(boost::asio::mutable_buffer into);
  polled_socket::progress write_now(boost::asio::const_buffer from);

  template <class Token>
  auto async_handshake(Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [this](auto handler) {
          next_layer().carry_out(
              [this] { return handshake_now(); },
              [handler = std::move(handler)](const error_code& error, std::size_t) mutable { std::move(handler)(error); });
        },
        token);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& into, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, boost::asio::mutable_buffer first) {
          next_layer().carry_out([this, first] { return read_now(first); }, std::move(handler));
        },
        token, polled_socket::first_of(into));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& from, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, boost::asio::const_buffer first) {
          next_layer().carry_out([this, first] { return write_now(first); }, std::move(handler));
        },
        token, polled_socket::first_of(from));
  }

 private:
  struct state;

  polled_socket::progress handshake_now();

  std::unique_ptr<state> state_;
};

}  // namespace leadrelay::http
