#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "base/task.hpp"
#include "http/polled_socket.hpp"

namespace leadrelay::http {

using tls_stream = boost::asio::ssl::stream<polled_socket>;
using endpoint = boost::asio::ip::tcp::endpoint;

inline polled_socket& socket_of(polled_socket& plain) noexcept { return plain; }
inline polled_socket& socket_of(tls_stream& tls) noexcept { return tls.next_layer(); }

}  // namespace leadrelay::http
