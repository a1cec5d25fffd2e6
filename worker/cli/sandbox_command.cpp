#include <algorithm>
#include <charconv>
#include <csignal>
#include <iostream>

#include <boost/asio/signal_set.hpp>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "http/tls.hpp"
#include "sandbox/options.hpp"
#include "sandbox/server.hpp"

namespace leadrelay::cli {
namespace {

struct address {
  std::string host;
  std::uint16_t port = 0;
};

/// `HOST:PORT`, `[IPv6]:PORT`.
outcome<address> parse_address(const std::string& text) {
  const problem malformed{reason::rejected,
                          "--listen: `" + printable(text) + "`: expected HOST:PORT, as in 127.0.0.1:8080, PORT from 0 to 65535"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return malformed;
  address out;
  out.host = text.substr(0, colon);
  if (out.host.front() == '[' && out.host.back() == ']') out.host = out.host.substr(1, out.host.size() - 2);
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, out.port);
  if (error != std::errc{} || stopped != end) return malformed;
  return out;
}

outcome<void> add_limit(leadrelay::sandbox::options& to, const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const auto of = leadrelay::sandbox::provider_from(text.substr(0, equals));
  const auto limit = leadrelay::sandbox::parse_limit(std::string_view(text).substr(std::min(equals + 1, text.size())));
  if (!of || !limit)
    return problem{reason::rejected, "--limit: `" + printable(text) + "`: expected PROVIDER=N/TIME, as in orwel=1000/1m, N at least 1"};
  to[*of].limits.push_back(*limit);
  return {};
}

outcome<void> add_faults(leadrelay::sandbox::options& to, const std::string& from) {
  if (from.empty()) return {};
  std::string text = from;
  if (from.front() == '@') {
    auto read = read_whole(from.substr(1));
    if (!read) return problem{reason::rejected, "--faults: " + read.error().detail};
    text = std::move(*read);
  }
  if (const auto set = leadrelay::sandbox::set_faults(to, text); !set) return problem{reason::rejected, "--faults: " + set.error().detail};
  return {};
}

outcome<void> check_certificate(const sandbox_options& from) {
  if (from.certificate.empty() && from.key.empty()) return {};
  if (from.certificate.empty() || from.key.empty())
    return problem{reason::rejected, "--tls-certificate and --tls-key go together, expected both or none"};
  for (const auto& wrong : http::check_tls_files({.ca_file = {}, .certificate_file = from.certificate, .key_file = from.key}))
    return problem{reason::rejected, "--tls-" + std::string(wrong.key) + ": " + wrong.what};
  return {};
}

outcome<leadrelay::sandbox::options> make_options(const sandbox_options& from) {
  leadrelay::sandbox::options out;
  out.seed = from.seed;
  for (auto& each : out.providers) each.known_leads_only = from.known_leads_only;
  if (const auto done = add_faults(out, from.faults); !done) return done.error();
  for (const std::string& text : from.limits)
    if (const auto done = add_limit(out, text); !done) return done.error();
  if (const auto done = check_certificate(from); !done) return done.error();
  return out;
}

}  // namespace

int sandbox(const sandbox_options& options) {
  const auto at = parse_address(options.listen);
  const auto settings = make_options(options);
  if (!at || !settings) {
    std::cerr << "leadrelay sandbox: " << (at ? settings.error().detail : at.error().detail) << '\n';
    return exit_usage;
  }
  boost::asio::io_context context{1};
  leadrelay::sandbox::server server(context, *settings);
  std::optional<leadrelay::sandbox::tls_files> tls;
  if (!options.certificate.empty()) tls = leadrelay::sandbox::tls_files{options.certificate, options.key};
  const auto port = server.listen(at->host, at->port, tls);
  if (!port) {
    std::cerr << "leadrelay sandbox: cannot listen on " << options.listen << ": " << port.error().message() << '\n';
    return exit_failed;
  }
  std::cout << "listening on " << (tls ? "https://" : "http://") << at->host << ':' << *port << std::endl;
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) {
    server.stop();
    context.stop();
  });
  context.run();
  return exit_well;
}

}  // namespace leadrelay::cli
