#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "http/polled_socket.hpp"
#include "http/tls_stream.hpp"

namespace leadrelay::http {

using endpoint = boost::asio::ip::tcp::endpoint;

inline polled_socket& socket_of(polled_socket& plain) noexcept { return plain; }
inline polled_socket& socket_of(tls_stream& tls) noexcept { return tls.next_layer(); }

}  // namespace leadrelay::http
