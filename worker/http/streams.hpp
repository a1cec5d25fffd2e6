#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "base/task.hpp"

namespace leadrelay::http {

using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;
using tls_stream = boost::asio::ssl::stream<tcp_socket>;
using endpoint = boost::asio::ip::tcp::endpoint;

inline tcp_socket& socket_of(tcp_socket& plain) noexcept { return plain; }
inline tcp_socket& socket_of(tls_stream& tls) noexcept { return tls.next_layer(); }

}  // namespace leadrelay::http
