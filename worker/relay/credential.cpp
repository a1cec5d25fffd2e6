#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "base/origin.hpp"
#include "providers/headers.hpp"
#include "relay/account.hpp"

// An account's secret: read anew while the worker runs, refused and accepted by the provider.
namespace leadrelay::relay {
namespace {

std::string_view place_of(const config::credential_source& from) {
  return from.from == config::credential_source::kind::literal ? "the configuration" : std::string_view(from.text);
}

}  // namespace

outcome<void> account::read_credential() {
  const auto used = use_credential(config::read_credential(settings_.credential));
  return used ? outcome<void>() : used.error();
}

/// Whether the secret is another one than before.
outcome<bool> account::use_credential(const outcome<std::string>& read) {
  if (!read) return read.error();
  if (*read == credential_) return false;
  const auto at = parse_origin(settings_.plan.base_url());
  if (!at) return at.error();
  auto lines = providers::make_headers(settings_.plan.definition(), at->host_header, *read);
  if (!lines) return lines.error();
  secrets_ = providers::echoes_of(settings_.plan.definition(), *read);
  if (!credential_.empty()) std::ranges::move(providers::echoes_of(settings_.plan.definition(), credential_), std::back_inserter(secrets_));
  credential_ = *read;
  headers_ = std::move(*lines);
  return true;
}

bool account::take_credential(const outcome<std::string>& read) {
  const auto used = use_credential(read);
  if (!used) {
    if (trouble_.unreadable.empty())
      log::warning("the credential cannot be read anew, the former one stays in use",
                   {{"account", settings_.name}, {"from", place_of(settings_.credential)}, {"problem", used.error().detail}});
    trouble_.unreadable = used.error().detail;
    return false;
  }
  if (!std::exchange(trouble_.unreadable, {}).empty())
    log::info("the credential can be read again", {{"account", settings_.name}, {"from", place_of(settings_.credential)}});
  if (!*used) return true;
  log::info("credential changed", {{"account", settings_.name}, {"from", place_of(settings_.credential)}});
  gate_.try_credential_again(loop_.now());
  admit_waiting();
  return true;
}

bool account::may_leave(const running_lane& lane) {
  // The watch sees files alone, and not at once.
  if (gate_.credential_refused()) take_credential(config::read_credential(settings_.credential));
  return gate_.is_good_still(*lane.admitted);
}

void account::tell_credential(providers::verdict verdict, unsigned http_status, std::uint64_t sent_in) {
  if (sent_in != gate_.credential_epoch()) return;
  if (verdict == providers::verdict::credential_refused) {
    if (!gate_.credential_refused()) {
      log::warning("credential refused", {{"account", settings_.name}, {"http_status", http_status}});
      trouble_.since = loop_.wall_now();
    }
    trouble_.refused = "the provider refuses the credential with HTTP " + std::to_string(http_status);
    gate_.refuse_credential(loop_.now());
    take_credential(config::read_credential(settings_.credential));
  } else if (verdict == providers::verdict::delivered || verdict == providers::verdict::rejected) {
    if (gate_.credential_refused()) log::info("credential accepted again", {{"account", settings_.name}});
    gate_.accept_credential();
    trouble_.refused.clear();
    trouble_.since.reset();
  }
}

}  // namespace leadrelay::relay
