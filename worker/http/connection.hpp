#pragma once

#include <cstdint>
#include <memory>

#include "base/loop.hpp"
#include "http/streams.hpp"
#include "http/tls.hpp"
#include "http/transport.hpp"

namespace leadrelay::http {

/// What an answer may hold at most; more is `answer_too_large`.
struct answer_bounds {
  std::uint32_t header = 16 * 1024;  ///< bytes of status line and header together
  std::uint64_t body = 1 << 20;      ///< bytes of the body, without chunks' framing
};

/// A connection over a socket that is connected. The loop must outlive it.
///
/// The exchange is not to be cancelled through a cancellation slot: `close()` ends it. The connection must live until `send` has returned.
std::unique_ptr<connection> make_connection(loop& on, tcp_socket socket, const answer_bounds& bounds);

/// A connection over a stream that has shaken hands. `sessions` is what `prepare_tls` was given.
std::unique_ptr<connection> make_connection(loop& on, tls_stream stream, std::shared_ptr<tls_sessions> sessions,
                                            const answer_bounds& bounds);

}  // namespace leadrelay::http
