#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "base/loop.hpp"
#include "base/origin.hpp"
#include "config/configuration.hpp"
#include "http/tls.hpp"
#include "http/transport.hpp"

namespace leadrelay::process {

/// Makes the dialers of one worker. Those that name the same TLS files share a context, as reading the system's authorities takes a tenth
/// of a second each time.
class dialer_maker {
 public:
  explicit dialer_maker(loop& on) : loop_(on) {}

  /// The problem names the file and what is wrong with it.
  outcome<std::unique_ptr<http::connector>> make(const config::account& of);
  /// `whose` names the part of the configuration.
  outcome<std::unique_ptr<http::connector>> make(const origin& to, const config::tls_settings& files, std::uint64_t largest_answer,
                                                 const std::string& whose);

  /// Files that the configuration names are read anew from now on.
  void forget_files();

 private:
  using tls_context = std::shared_ptr<boost::asio::ssl::context>;

  outcome<tls_context> context_of(const http::tls_files& files);

  loop& loop_;
  std::map<http::tls_files, tls_context> contexts_;
};

}  // namespace leadrelay::process
