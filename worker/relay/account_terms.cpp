#include "relay/account_terms.hpp"

#include <utility>

#include "base/origin.hpp"
#include "providers/headers.hpp"

namespace leadrelay::relay {
namespace {

delivery::retry_policy policy_of(const config::account& settings) {
  const config::retry_settings& retry = settings.retry;
  return {.attempts = retry.attempts,
          .first_wait = retry.first_wait,
          .longest_wait = retry.longest_wait,
          .give_up_after = retry.give_up_after,
          .longest_retry_after = retry.longest_retry_after,
          .retry_unknown = settings.plan.settings().on_unknown == providers::unknown_outcome::retry};
}

request_place place_of(const providers::plan& of) {
  const std::string target = of.definition().target_template();
  request_place out{.url_template = target.substr(0, target.find('?'))};
  const auto at = parse_origin(of.base_url());
  if (!at) return out;
  out.url_template.insert(0, at->path_prefix);
  out.server_address = at->host;
  out.server_port = at->port;
  return out;
}

}  // namespace

account_terms::account_terms(std::shared_ptr<const config::account> of)
    : settings(std::move(of)),
      retries(policy_of(*settings)),
      place(place_of(settings->plan)) {}

bool go_alike(const config::account& one, const config::account& other) {
  return one.plan.base_url() == other.plan.base_url() && one.tls == other.tls;
}

outcome<std::string> make_header_lines(const config::account& of, const std::string& secret) {
  const auto at = parse_origin(of.plan.base_url());
  if (!at) return at.error();
  return providers::make_headers(of.plan.definition(), at->host_header, secret);
}

}  // namespace leadrelay::relay
