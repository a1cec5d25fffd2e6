#include "cli/connections.hpp"

#include <algorithm>
#include <map>
#include <thread>
#include <tuple>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/loop.hpp"
#include "http/dialer.hpp"
#include "kafka/cluster_check.hpp"

namespace leadrelay::cli {
namespace {

constexpr std::size_t most_at_once = 64;
constexpr duration refusal_wait = std::chrono::milliseconds{300};

/// One origin with one set of TLS files, however many accounts share it.
struct target {
  origin to;
  http::tls_files files;
  bool good = false;
  bool out_of_time = false;
  std::string what = "was not tried in time, expected a longer --timeout";
};

using tls_context = std::shared_ptr<boost::asio::ssl::context>;

using target_key = std::tuple<bool, std::string, http::tls_files>;

kafka::cluster_questions questions_of(const config::configuration& of) {
  using use = kafka::asked_topic::use;
  kafka::cluster_questions out{of.kafka, {}};
  for (const std::string& name : of.topics.lead_changes) out.topics.push_back({"topics.lead_changes", name, use::read});
  out.topics.push_back({"topics.dead_letters", of.topics.dead_letters, use::written});
  if (of.topics.results) out.topics.push_back({"topics.results", *of.topics.results, use::written});
  for (const config::account& each : of.accounts)
    for (const std::string& source : of.topics.lead_changes)
      if (each.park.on)
        out.topics.push_back({"accounts." + each.name + ".park", of.parked_topic(each.name, source), use::parked, source, of.max_record});
  return out;
}

std::string origin_text(const origin& of) { return (of.is_tls() ? "https://" : "http://") + of.host_header; }

std::string where_secret_is(const config::credential_source& from) {
  switch (from.from) {
    case config::credential_source::kind::environment: return "the credential is in the environment variable " + from.text;
    case config::credential_source::kind::file: return "the credential is in the file " + from.text;
    case config::credential_source::kind::literal: break;
  }
  return "the credential is in the configuration";
}

std::string_view remedy(http::tls_trouble of) {
  switch (of) {
    case http::tls_trouble::certificate: return "expected a certificate for this host of an authority that `tls.ca` or the system trusts";
    case http::tls_trouble::refused:
      return "expected `tls.certificate` as the server takes it, where it asks for one, TLS 1.2 or later, and a host that it serves";
    case http::tls_trouble::no_tls:
    case http::tls_trouble::none: break;
  }
  return "expected a server that speaks TLS 1.2 or later there";
}

std::string_view remedy(http::transport_error error, http::tls_trouble of) {
  switch (error) {
    case http::transport_error::resolve_failed: return "expected a host whose name can be looked up";
    case http::transport_error::tls_failed: return remedy(of);
    case http::transport_error::connect_timeout: return "expected a connection in time: a way through the firewall, or a longer --timeout";
    default: return "expected a server that takes connections there";
  }
}

task<void> try_target(loop& on, target& at, tls_context context, time_point deadline) {
  http::dialer dialer(on, at.to, std::move(context), http::answer_bounds{});
  dialer.wait_for_refusal(refusal_wait);
  const time_point begin = on.now();
  const http::connected got = co_await dialer.connect(deadline);
  at.good = got.error == http::transport_error::none;
  at.out_of_time = got.error == http::transport_error::connect_timeout;
  if (at.good) {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(on.now() - begin - dialer.waited_for_refusal());
    at.what = "connects in " + std::to_string(took.count()) + " ms" + (at.to.is_tls() ? ", the certificate is accepted" : ", without TLS");
    got.connection->close();
  } else {
    at.what = got.detail + "; " + std::string(remedy(got.error, dialer.trouble()));
  }
}

}  // namespace

struct connection_trial::parts {
  boost::asio::io_context context{1};
  real_loop on{context};
  std::vector<target> targets;
  std::map<target_key, std::size_t> indexes;
  std::size_t next = 0;
  std::size_t running = 0;
  std::map<http::tls_files, outcome<tls_context>> contexts;
  std::vector<connection_finding> findings;

  std::size_t add(const origin& to, const config::tls_settings& tls) {
    const http::tls_files files = to.is_tls() ? http::tls_files{tls.ca_file, tls.certificate_file, tls.key_file} : http::tls_files{};
    const auto [found, is_new] = indexes.try_emplace({to.is_tls(), to.host_header, files}, targets.size());
    if (is_new) targets.push_back({to, files});
    return found->second;
  }

  /// Reading the system's authorities takes milliseconds each time.
  const outcome<tls_context>& context_of(const http::tls_files& files) {
    const auto known = contexts.find(files);
    return known != contexts.end() ? known->second : contexts.emplace(files, http::make_tls_context(files)).first->second;
  }

  task<void> take_turns(time_point deadline) {
    while (next < targets.size() && on.now() < deadline) {
      target& at = targets[next++];
      const auto& with = context_of(at.files);
      if (with)
        co_await try_target(on, at, *with, deadline);
      else
        at.what = with.error().detail;
    }
    if (--running == 0) context.stop();
  }

  void connect(time_point deadline) {
    running = std::min(most_at_once, targets.size());
    for (std::size_t index = running; index > 0; --index)
      boost::asio::co_spawn(context.get_executor(), take_turns(deadline), boost::asio::detached);
    if (running > 0) context.run();
  }

  void tell(const std::string& subject, const target& found, const std::string& more) {
    findings.push_back({subject + " " + origin_text(found.to), found.good, found.what + (found.good ? more : "")});
  }
};

connection_trial::connection_trial(const config::configuration& of, duration timeout) : parts_(std::make_unique<parts>()) {
  std::vector<std::size_t> of_accounts;
  for (const config::account& each : of.accounts) of_accounts.push_back(parts_->add(*parse_origin(each.plan.base_url()), each.tls));
  const auto of_tracing = of.tracing ? std::optional(parts_->add(of.tracing->endpoint, of.tracing->tls)) : std::nullopt;
  const time_point deadline = std::chrono::steady_clock::now() + timeout;
  std::vector<kafka::cluster_finding> cluster;
  std::thread asking([&] { cluster = kafka::check_cluster(questions_of(of), deadline); });
  parts_->connect(deadline);
  asking.join();
  for (kafka::cluster_finding& each : cluster) parts_->findings.push_back({std::move(each.subject), each.good, std::move(each.what)});
  for (std::size_t index = 0; index < of.accounts.size(); ++index)
    parts_->tell("accounts." + of.accounts[index].name, parts_->targets[of_accounts[index]],
                 "; " + where_secret_is(of.accounts[index].credential));
  if (of_tracing) parts_->tell("tracing.endpoint", parts_->targets[*of_tracing], "");
}

connection_trial::~connection_trial() = default;

const std::vector<connection_finding>& connection_trial::findings() const noexcept { return parts_->findings; }

bool connection_trial::still_busy() const noexcept {
  return std::ranges::any_of(parts_->targets, [](const target& each) { return each.out_of_time && !each.to.is_address(); });
}

}  // namespace leadrelay::cli
