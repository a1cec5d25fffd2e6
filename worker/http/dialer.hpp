#pragma once

#include <cstddef>
#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "base/loop.hpp"
#include "base/origin.hpp"
#include "http/addresses.hpp"
#include "http/connection.hpp"
#include "http/transport.hpp"

namespace leadrelay::http {

/// Who ended a TLS handshake, for whoever has to mend it.
enum class tls_trouble {
  none,
  certificate,  ///< the other side's is not accepted here
  refused,      ///< the other side has said no, by an alert (RFC 8446 section 6.2), or has ended what it had shaken hands on
  no_tls        ///< neither: what came was no TLS, or nothing
};

/// Opens connections to one origin over the network: looks its name up, tries its addresses in turn, each connect starting with the
/// next one so that all get their share, and shakes hands over TLS where the scheme is https.
///
/// What is left of the deadline is divided evenly among the addresses not yet tried, so that one that never answers leaves time for
/// the others. A handshake that fails is not tried at another address; the next connect starts at another one.
/// The loop must live as long as its io_context runs; `connect` must have returned before the dialer is destroyed. One thread.
class dialer final : public connector {
 public:
  /// `tls` is needed for https, see `make_tls_context`; it may be shared with other dialers. `lookup`: empty for the system's resolver.
  dialer(loop& on, origin to, std::shared_ptr<boost::asio::ssl::context> tls, answer_bounds bounds, lookup_function lookup = {});

  task<connected> connect(time_point deadline) override;

  /// Over TLS a connect also waits so long for what the server thinks of the certificate that it was shown, or not shown: under TLS 1.3 it
  /// says so only after the client's handshake has ended (RFC 8446 section 4.4.2.4). A request would meet it; who sends none has to wait.
  void wait_for_refusal(duration as_long) noexcept { refusal_wait_ = as_long; }
  /// How long the last connect has waited for that.
  duration waited_for_refusal() const noexcept { return refusal_waited_; }

  /// Where the last connect ended with `tls_failed`; `none` otherwise.
  tls_trouble trouble() const noexcept { return trouble_; }

 private:
  struct attempt;

  task<void> open_socket(const std::vector<endpoint>& found, attempt& now, connected& out);
  task<void> try_address(const endpoint& at, time_point until, attempt& now, connected& out);
  task<void> shake_hands(attempt& now, connected& out);
  task<void> hear_refusal(tls_stream& stream, time_point deadline, connected& out);

  loop& loop_;
  origin to_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  answer_bounds bounds_;
  addresses addresses_;
  std::shared_ptr<tls_sessions> sessions_ = std::make_shared<tls_sessions>();
  std::size_t turn_ = 0;
  duration refusal_wait_{};
  duration refusal_waited_{};
  tls_trouble trouble_ = tls_trouble::none;
};

}  // namespace leadrelay::http
