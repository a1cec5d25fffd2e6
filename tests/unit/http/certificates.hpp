#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ssl/context.hpp>

namespace leadrelay::http::test {

/// A certificate and its key, made for a test.
struct identity {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
};

struct identity_wish {
  std::string common_name = "server";
  std::vector<std::string> names = {"DNS:leads.test", "IP:127.0.0.1"};  ///< subjectAltName
  long valid_from_s = -3600;                                            ///< seconds from now
  long valid_until_s = 3600;
  bool authority = false;
};

/// Signed by `issuer`, or by itself where there is none.
identity issue(const identity_wish& wish, const identity* issuer = nullptr);

std::string certificate_pem(const identity& of);
/// `passphrase`: encrypts the key where not empty.
std::string key_pem(const identity& of, const std::string& passphrase = "");

/// The context of a server that shows this certificate.
std::shared_ptr<boost::asio::ssl::context> server_context(const identity& shows);

/// Makes the server ask for a client certificate, signed by this authority, and refuse clients without.
void require_client_certificate(boost::asio::ssl::context& server, const identity& authority);

}  // namespace leadrelay::http::test
