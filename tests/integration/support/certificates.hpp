#pragma once

#include <string>

#include "support/temp_dir.hpp"

namespace leadrelay::integration {

/// PEM files of a server.
struct certificate_files {
  std::string certificate;
  std::string key;
};

/// Certificates for tests, made with the openssl command in a directory of their own: one authority and what it signs for a server
/// at `localhost` and 127.0.0.1.
class certificates {
 public:
  certificates();

  /// PEM of the authority, as `tls: { ca }` takes it.
  std::string authority() const { return directory_.file("authority.pem"); }
  certificate_files good() const { return files("good"); }
  /// Signed by the authority, for another host.
  certificate_files wrong_host() const { return files("wrong-host"); }
  /// Signed by the authority, for the right host, ended years ago.
  certificate_files expired() const { return files("expired"); }
  /// For the right host, signed by itself.
  certificate_files self_signed() const { return files("self-signed"); }

 private:
  certificate_files files(const std::string& name) const { return {directory_.file(name + ".pem"), directory_.file(name + ".key")}; }
  void make_authority();
  void make_self_signed();
  void sign(const std::string& name, const std::string& alternative_names, const std::string& begin, const std::string& end);

  temp_dir directory_;
};

}  // namespace leadrelay::integration
