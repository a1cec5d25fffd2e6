#include "certificates.hpp"

#include <atomic>
#include <stdexcept>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace leadrelay::http::test {
namespace {

void expect(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

void add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  expect(extension != nullptr, "certificate extension");
  X509_add_ext(to, extension, -1);
  X509_EXTENSION_free(extension);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

std::string content(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

identity issue(const identity_wish& wish, const identity* issuer) {
  static std::atomic<long> serial{1};
  identity out;
  out.key.reset(EVP_EC_gen("P-256"), EVP_PKEY_free);
  out.certificate.reset(X509_new(), X509_free);
  X509* made = out.certificate.get();
  const identity& signs = issuer ? *issuer : out;
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made), wish.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(made), wish.valid_until_s);
  X509_set_pubkey(made, out.key.get());
  X509_NAME* name = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(signs.certificate.get()));
  add_extension(made, signs.certificate.get(), NID_basic_constraints, wish.authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!wish.authority && !wish.names.empty()) add_extension(made, signs.certificate.get(), NID_subject_alt_name, joined(wish.names));
  expect(X509_sign(made, signs.key.get(), EVP_sha256()) > 0, "signing a certificate");
  return out;
}

std::string certificate_pem(const identity& of) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(bio.get(), of.certificate.get());
  return content(bio.get());
}

std::string key_pem(const identity& of, const std::string& passphrase) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(passphrase.data());
  PEM_write_bio_PrivateKey(bio.get(), of.key.get(), passphrase.empty() ? nullptr : EVP_aes_128_cbc(), passphrase.empty() ? nullptr : bytes,
                           static_cast<int>(passphrase.size()), nullptr, nullptr);
  return content(bio.get());
}

std::shared_ptr<boost::asio::ssl::context> server_context(const identity& shows) {
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  expect(SSL_CTX_use_certificate(native, shows.certificate.get()) == 1, "the server's certificate");
  expect(SSL_CTX_use_PrivateKey(native, shows.key.get()) == 1, "the server's key");
  const unsigned char id[] = "http tests";
  SSL_CTX_set_session_id_context(native, id, sizeof id);
  return context;
}

void require_client_certificate(boost::asio::ssl::context& server, const identity& authority) {
  SSL_CTX* native = server.native_handle();
  X509_STORE_add_cert(SSL_CTX_get_cert_store(native), authority.certificate.get());
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

}  // namespace leadrelay::http::test
