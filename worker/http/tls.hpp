#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include "base/origin.hpp"
#include "base/reason.hpp"
#include "http/streams.hpp"

namespace leadrelay::http {

/// The files of an account's TLS, all PEM.
struct tls_files {
  std::optional<std::string> ca_file;           ///< instead of the system's certificate authorities
  std::optional<std::string> certificate_file;  ///< the client's certificate and its chain, only with `key_file`
  std::optional<std::string> key_file;          ///< its private key, not encrypted
  auto operator<=>(const tls_files&) const = default;
};

/// One file that cannot be used.
struct tls_file_problem {
  std::string_view key;  ///< `ca`, `certificate` or `key`, as an account's `tls` calls it
  std::string what;      ///< names the file, the reason and what would be right, never what the file holds
};

/// All that is wrong with the files: each for itself, and whether the key is the certificate's. The system's authorities are not read.
std::vector<tls_file_problem> check_tls_files(const tls_files& files);

/// What an account's connections trust and show: TLS 1.2 or later, the other side's certificate always verified, ALPN `http/1.1`.
/// The files are read once, here. The problem is the first of `check_tls_files`; its `reason` has no meaning.
/// The context may be shared by threads.
outcome<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const tls_files& files);

/// Keeps the last session that a server gave, so that the next connection to it saves most of the handshake (RFC 8446 section 2.2).
/// A resumed session is not verified anew: one keeper serves one context and one origin. One thread.
class tls_sessions {
 public:
  tls_sessions() = default;
  ~tls_sessions() { forget(); }
  tls_sessions(const tls_sessions&) = delete;
  tls_sessions& operator=(const tls_sessions&) = delete;

  /// Takes over one reference.
  void keep(SSL_SESSION* session) noexcept;
  void forget() noexcept { keep(nullptr); }
  SSL_SESSION* last() const noexcept { return last_; }

 private:
  SSL_SESSION* last_ = nullptr;
};

/// Readies a stream for its handshake: server name indication (RFC 6066 section 3: not for addresses), the host that the certificate
/// must be for, the session to resume. `sessions` must outlive the stream. False where OpenSSL refused, for want of memory.
bool prepare_tls(tls_stream& stream, const origin& to, tls_sessions& sessions);

/// Tells OpenSSL that the connection ends well, without which it would forbid the session's resumption when the stream is destroyed.
void keep_session_resumable(tls_stream& stream) noexcept;

/// Whether decrypted or still encrypted bytes wait within the stream. Nothing should after a whole answer.
bool has_unread(tls_stream& stream) noexcept;

/// In words what ended a handshake; an end without a word among it.
std::string handshake_words(const boost::system::error_code& error);

/// Why the handshake failed, in OpenSSL's words: "certificate not accepted: certificate has expired".
std::string handshake_failure(tls_stream& stream, const boost::system::error_code& error);

}  // namespace leadrelay::http
