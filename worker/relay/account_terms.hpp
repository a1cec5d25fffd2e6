#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/reason.hpp"
#include "config/configuration.hpp"
#include "delivery/retry.hpp"
#include "http/pool.hpp"

namespace leadrelay::relay {

/// Where an account's requests go, as spans tell it: without anything of a lead.
struct request_place {
  std::string url_template;
  std::string server_address{};
  std::uint16_t server_port = 0;
};

/// An account's settings with what follows from them. They never change: a request is built, sent and judged by the same ones, whatever
/// is reloaded meanwhile.
struct account_terms {
  explicit account_terms(std::shared_ptr<const config::account> of);

  std::shared_ptr<const config::account> settings;
  std::uint64_t version = 0;      ///< another number where something is another than before
  std::uint64_t destination = 0;  ///< another number where requests go to another provider, or there by other means
  delivery::retry_policy retries;
  request_place place;
};

/// Whether requests by the one go where those by the other do.
bool go_alike(const config::account& one, const config::account& other);

/// The header lines that every request of the account carries. A problem names no secret.
outcome<std::string> make_header_lines(const config::account& of, const std::string& secret);

class account;

/// What a reload has made ready for one account.
struct account_change {
  account* of = nullptr;  ///< null where it is new
  bool is_same = false;   ///< nothing of it has changed; what follows here is empty but for `terms`
  std::shared_ptr<account_terms> terms;
  std::shared_ptr<http::pool> pool{};
  std::string secret{};
  std::string headers{};  ///< the lines that it goes in by these terms
};

}  // namespace leadrelay::relay
