#include <charconv>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>

#include <boost/asio/signal_set.hpp>

#include "cli/command.hpp"
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
  const problem malformed{reason::rejected, "--listen: expected HOST:PORT, as in 127.0.0.1:8080"};
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
  const std::size_t equals = text.find('=');
  const auto of = leadrelay::sandbox::provider_from(text.substr(0, equals));
  if (equals == std::string::npos || !of) return problem{reason::rejected, "--limit: expected PROVIDER=N/TIME, as in orwel=1000/1m"};
  const auto limit = leadrelay::sandbox::parse_limit(text.substr(equals + 1));
  if (!limit) return problem{reason::rejected, "--limit: " + limit.error().detail};
  to[*of].limit = *limit;
  return {};
}

outcome<void> add_faults(leadrelay::sandbox::options& to, const std::string& text) {
  if (text.empty()) return {};
  if (text.front() != '@') return leadrelay::sandbox::set_faults(to, text);
  std::ifstream file(text.substr(1), std::ios::binary);
  if (!file) return problem{reason::rejected, "--faults: " + text.substr(1) + " cannot be read"};
  return leadrelay::sandbox::set_faults(to, std::string(std::istreambuf_iterator<char>(file), {}));
}

outcome<leadrelay::sandbox::options> make_options(const sandbox_options& from) {
  leadrelay::sandbox::options out;
  out.seed = from.seed;
  for (auto& each : out.providers) each.known_leads_only = from.known_leads_only;
  if (const auto done = add_faults(out, from.faults); !done) return done.error();
  for (const std::string& text : from.limits)
    if (const auto done = add_limit(out, text); !done) return done.error();
  if (from.certificate.empty() != from.key.empty()) return problem{reason::rejected, "--tls-certificate and --tls-key go together"};
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
