#include "http/tls.hpp"

#include <cerrno>
#include <system_error>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/ssl/error.hpp>

namespace leadrelay::http {
namespace {

/// The oldest error of OpenSSL's queue, which is the cause of the others, in words; empties the queue.
std::string openssl_words() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(static_cast<int>(ERR_GET_REASON(error)));
  const char* words = ERR_reason_error_string(error);
  return words ? words : "unknown error";
}

problem file_problem(const char* key, const std::string& file) {
  return {reason{}, std::string(key) + " `" + file + "`: " + openssl_words()};
}

int sessions_index() noexcept {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int on_new_session(SSL* ssl, SSL_SESSION* session) noexcept {
  auto* sessions = static_cast<tls_sessions*>(SSL_get_ex_data(ssl, sessions_index()));
  if (!sessions) return 0;
  sessions->keep(session);
  return 1;
}

thread_local bool passphrase_was_asked_for = false;

/// A worker has nobody to ask for a passphrase, and OpenSSL would ask the terminal.
int refuse_passphrase(char*, int, int, void*) noexcept {
  passphrase_was_asked_for = true;
  return -1;
}

std::optional<problem> load_authorities(SSL_CTX* context, const tls_files& files) {
  if (files.ca_file) {
    if (SSL_CTX_load_verify_file(context, files.ca_file->c_str()) != 1) return file_problem("ca_file", *files.ca_file);
  } else if (SSL_CTX_set_default_verify_paths(context) != 1) {
    return problem{reason{}, "the system's certificate authorities: " + openssl_words()};
  }
  return std::nullopt;
}

std::optional<problem> load_own_certificate(SSL_CTX* context, const tls_files& files) {
  if (!files.certificate_file && !files.key_file) return std::nullopt;
  if (!files.key_file) return problem{reason{}, "certificate_file without key_file, expected both or none"};
  if (!files.certificate_file) return problem{reason{}, "key_file without certificate_file, expected both or none"};
  const std::string& certificate = *files.certificate_file;
  const std::string& key = *files.key_file;
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) return file_problem("certificate_file", certificate);
  passphrase_was_asked_for = false;
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1) return std::nullopt;
  auto wrong = file_problem("key_file", key);
  if (passphrase_was_asked_for) wrong.detail = "key_file `" + key + "`: is encrypted, expected a key without a passphrase";
  return wrong;
}

void restrict_protocol(SSL_CTX* context) {
  static constexpr unsigned char http_1_1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_alpn_protos(context, http_1_1, sizeof http_1_1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_new_session);
  SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
}

bool expect_host(SSL* ssl, const origin& to) {
  if (to.is_address()) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), to.host.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, to.host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, to.host.c_str()) == 1;
}

}  // namespace

outcome<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const tls_files& files) {
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  SSL_CTX* native = context->native_handle();
  ERR_clear_error();
  restrict_protocol(native);
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  if (auto wrong = load_authorities(native, files)) return *std::move(wrong);
  if (auto wrong = load_own_certificate(native, files)) return *std::move(wrong);
  return context;
}

void tls_sessions::keep(SSL_SESSION* session) noexcept {
  SSL_SESSION_free(last_);
  last_ = session;
}

bool prepare_tls(tls_stream& stream, const origin& to, tls_sessions& sessions) {
  SSL* ssl = stream.native_handle();
  if (!expect_host(ssl, to) || SSL_set_ex_data(ssl, sessions_index(), &sessions) != 1) return false;
  if (sessions.last()) SSL_set_session(ssl, sessions.last());
  return true;
}

void keep_session_resumable(tls_stream& stream) noexcept {
  if (SSL* ssl = stream.native_handle()) SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

bool has_unread(tls_stream& stream) noexcept {
  SSL* ssl = stream.native_handle();
  return SSL_has_pending(ssl) != 0 || BIO_ctrl_pending(SSL_get_rbio(ssl)) > 0;
}

std::string handshake_failure(tls_stream& stream, const boost::system::error_code& error) {
  const long verified = SSL_get_verify_result(stream.native_handle());
  if (verified != X509_V_OK) return std::string("certificate not accepted: ") + X509_verify_cert_error_string(verified);
  const bool closed = error == boost::asio::ssl::error::stream_truncated || error == boost::asio::error::eof;
  return "TLS handshake failed: " + (closed ? "closed by the other side" : error.message());
}

}  // namespace leadrelay::http
