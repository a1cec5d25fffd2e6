#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "providers/headers.hpp"
#include "relay/account.hpp"

// An account's secret: read anew while the worker runs, refused and accepted by the provider.
namespace leadrelay::relay {
namespace {

std::string_view place_of(const config::credential_source& from) {
  return from.from == config::credential_source::kind::literal ? "the configuration" : std::string_view(from.text);
}

}  // namespace

/// Whether the secret is another one than before.
outcome<bool> account::use_credential(const outcome<std::string>& read) {
  if (!read) return read.error();
  if (*read == credential_) return false;
  auto lines = make_header_lines(settings(), *read);
  if (!lines) return lines.error();
  use_secret(*read, std::move(*lines));
  return true;
}

/// Requests in flight may carry the one before it.
void account::use_secret(const std::string& secret, std::string lines) {
  if (secret != credential_) former_secret_ = std::exchange(credential_, secret);
  secrets_ = providers::echoes_of(settings().plan.definition(), credential_);
  if (!former_secret_.empty())
    std::ranges::move(providers::echoes_of(settings().plan.definition(), former_secret_), std::back_inserter(secrets_));
  headers_ = std::move(lines);
}

bool account::take_credential(const outcome<std::string>& read) {
  const auto used = use_credential(read);
  if (!used) {
    if (trouble_.unreadable.empty())
      log::warning("the credential cannot be read anew, the former one stays in use",
                   {{"account", name_}, {"from", place_of(settings().credential)}, {"problem", used.error().detail}});
    trouble_.unreadable = used.error().detail;
    return false;
  }
  if (!std::exchange(trouble_.unreadable, {}).empty())
    log::info("the credential can be read again", {{"account", name_}, {"from", place_of(settings().credential)}});
  if (!*used) return true;
  log::info("credential changed", {{"account", name_}, {"from", place_of(settings().credential)}});
  gate_.try_credential_again(loop_.now());
  admit_waiting();
  return true;
}

bool account::may_leave(const running_lane& lane, time_point now) {
  if (!is_current(lane)) return false;
  // The watch sees files alone, and not at once.
  if (gate_.credential_refused()) take_credential(config::read_credential(settings().credential));
  return gate_.is_good_still(*lane.admitted, now);
}

void account::tell_credential(providers::verdict verdict, unsigned http_status, std::uint64_t sent_in) {
  if (sent_in != gate_.credential_epoch()) return;
  if (verdict == providers::verdict::credential_refused) {
    if (!gate_.credential_refused()) {
      log::warning("credential refused", {{"account", name_}, {"http_status", http_status}});
      trouble_.since = loop_.wall_now();
    }
    trouble_.refused = "the provider refuses the credential with HTTP " + std::to_string(http_status);
    gate_.refuse_credential(loop_.now());
    take_credential(config::read_credential(settings().credential));
  } else if (verdict == providers::verdict::delivered || verdict == providers::verdict::rejected) {
    if (gate_.credential_refused()) log::info("credential accepted again", {{"account", name_}});
    gate_.accept_credential();
    trouble_.refused.clear();
    trouble_.since.reset();
  }
}

}  // namespace leadrelay::relay
