#include "http/tls.hpp"

#include <cerrno>
#include <cstdio>
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
  if (ERR_GET_LIB(error) == ERR_LIB_OSSL_DECODER) return "holds no key";  // "unsupported"
  const char* words = ERR_reason_error_string(error);
  return words ? words : "unknown error";
}

/// Why there is nothing to parse, which OpenSSL tells of some files only.
std::optional<std::string> find_unreadable(const std::string& path) {
  const std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })> file(std::fopen(path.c_str(), "rb"));
  if (file && std::fgetc(file.get()) != EOF) return std::nullopt;
  return file && !std::ferror(file.get()) ? "is empty" : std::generic_category().message(errno);
}

tls_file_problem file_problem(std::string_view key, const std::string& file, const std::string& expected) {
  const std::string parsing = openssl_words();
  return {key, "`" + file + "`: " + find_unreadable(file).value_or(parsing) + ", expected " + expected};
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

using file_problems = std::vector<tls_file_problem>;

void load_authorities(SSL_CTX* context, const std::string& file, file_problems& into) {
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) into.push_back(file_problem("ca", file, "certificates in PEM"));
}

/// Whether it could be loaded.
bool load_certificate(SSL_CTX* context, const std::string& file, file_problems& into) {
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) == 1) return true;
  into.push_back(file_problem("certificate", file, "a certificate in PEM"));
  return false;
}

bool is_mismatch(unsigned long error) noexcept {
  const int reason = ERR_GET_REASON(error);
  return ERR_GET_LIB(error) == ERR_LIB_X509 && (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH);
}

/// Whether it is a key that could be loaded. Where the context has a certificate with a key of that kind, OpenSSL compares them at once.
bool load_key(SSL_CTX* context, const std::string& file, file_problems& into) {
  passphrase_was_asked_for = false;
  if (SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) == 1) return true;
  if (is_mismatch(ERR_peek_error())) return true;  // `check_pair` tells
  if (passphrase_was_asked_for) {
    into.push_back({"key", "`" + file + "`: is encrypted, expected a key without a passphrase"});
  } else {
    into.push_back(file_problem("key", file, "the certificate's private key in PEM, without a passphrase"));
  }
  return false;
}

/// A key of another kind than the certificate's is loaded beside it, and would never be used.
void check_pair(SSL_CTX* context, const std::string& key, file_problems& into) {
  if (ERR_peek_error() == 0 && SSL_CTX_check_private_key(context) == 1) return;
  into.push_back({"key", "`" + key + "`: is the key of another certificate, expected that of the certificate beside it"});
}

file_problems load_files(SSL_CTX* context, const tls_files& files) {
  file_problems found;
  ERR_clear_error();
  SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
  if (files.ca_file) load_authorities(context, *files.ca_file, found);
  ERR_clear_error();
  const bool certified = files.certificate_file && load_certificate(context, *files.certificate_file, found);
  ERR_clear_error();
  if (files.key_file && load_key(context, *files.key_file, found) && certified) check_pair(context, *files.key_file, found);
  ERR_clear_error();
  return found;
}

void restrict_protocol(SSL_CTX* context) {
  static constexpr unsigned char http_1_1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_alpn_protos(context, http_1_1, sizeof http_1_1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_new_session);
}

bool expect_host(SSL* ssl, const origin& to) {
  if (to.is_address()) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), to.host.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, to.host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, to.host.c_str()) == 1;
}

}  // namespace

std::vector<tls_file_problem> check_tls_files(const tls_files& files) {
  boost::asio::ssl::context scratch(boost::asio::ssl::context::tls_client);
  return load_files(scratch.native_handle(), files);
}

outcome<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const tls_files& files) {
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  SSL_CTX* native = context->native_handle();
  if (files.certificate_file.has_value() != files.key_file.has_value())
    return problem{reason{},
                   files.key_file ? "key without certificate, expected both or none" : "certificate without key, expected both or none"};
  restrict_protocol(native);
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  if (const auto wrong = load_files(native, files); !wrong.empty())
    return problem{reason{}, std::string(wrong.front().key) + " " + wrong.front().what};
  if (!files.ca_file && SSL_CTX_set_default_verify_paths(native) != 1)
    return problem{reason{}, "the system's certificate authorities: " + openssl_words()};
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

bool has_unread(tls_stream& stream) noexcept { return SSL_has_pending(stream.native_handle()) != 0; }

std::string handshake_words(const boost::system::error_code& error) {
  const bool closed = error == boost::asio::ssl::error::stream_truncated || error == boost::asio::error::eof;
  return closed ? "closed by the other side" : error.message();
}

std::string handshake_failure(tls_stream& stream, const boost::system::error_code& error) {
  const long verified = SSL_get_verify_result(stream.native_handle());
  if (verified != X509_V_OK) return std::string("certificate not accepted: ") + X509_verify_cert_error_string(verified);
  return "TLS handshake failed: " + handshake_words(error);
}

}  // namespace leadrelay::http
