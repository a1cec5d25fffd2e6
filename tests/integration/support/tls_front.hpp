#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "support/certificates.hpp"

namespace leadrelay::integration {

/// Takes TLS connections on a free port of the loopback and passes their bytes on to a plain HTTP server, on a thread of its own.
class tls_front {
 public:
  /// With `client_authority`, PEM: a client must show a certificate that it has signed.
  tls_front(const certificate_files& files, std::uint16_t server_port, const std::string& client_authority = {});
  ~tls_front();
  tls_front(const tls_front&) = delete;
  tls_front& operator=(const tls_front&) = delete;

  std::uint16_t port() const noexcept;
  /// Connections whose TLS handshake succeeded here, and those where it failed. A client that refuses a certificate under TLS 1.3
  /// may be counted among the first.
  int handshakes() const noexcept;
  int failed_handshakes() const noexcept;
  /// Bytes that clients sent inside TLS.
  std::uint64_t bytes_from_clients() const noexcept;

 private:
  struct server;
  std::unique_ptr<server> server_;
};

}  // namespace leadrelay::integration
