#pragma once

#include <string_view>

#include "providers/judge.hpp"

namespace leadrelay::delivery {

/// What went wrong where no whole answer came. Words as in metrics.
enum class transport_error {
  none,
  resolve_failed,    ///< the host's name has no address now
  connect_failed,    ///< refused, unreachable, reset while connecting
  connect_timeout,   ///< connection and TLS handshake took longer than `timeouts.connect`
  tls_failed,        ///< handshake failed, certificate not accepted (unknown issuer, wrong host, expired)
  connection_lost,   ///< closed or reset before a whole answer
  answer_timeout,    ///< no whole answer within `timeouts.answer`
  malformed_answer,  ///< not HTTP, or cut short by its own framing
  answer_too_large,  ///< header or body beyond the bound
  stopped,           ///< the pool was closed meanwhile
};

inline constexpr int transport_error_count = 10;

std::string_view to_string(transport_error) noexcept;

/// What a transport error means for the change. `bytes_sent`: a byte of the request may have reached the network.
///
/// Without a byte sent the request was surely not processed, so it may go again. With bytes sent nothing is proven
/// (RFC 9112 sections 9.3.1 and 9.5): a repeatable request goes again, the outcome of any other is unknown.
providers::verdict judge_transport(transport_error error, bool bytes_sent, bool repeatable) noexcept;

/// Whether the error came before there was a connection: such a try is no attempt, it counts only towards the age limit.
bool is_connect_error(transport_error error) noexcept;

}  // namespace leadrelay::delivery
