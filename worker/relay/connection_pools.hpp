#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "base/loop.hpp"
#include "base/origin.hpp"
#include "base/reason.hpp"
#include "config/configuration.hpp"
#include "http/pool.hpp"

namespace leadrelay::relay {

/// Makes the connector of an account; sockets in the program, a simulated network in tests. A problem says what stands in the way.
using connector_factory = std::function<outcome<std::unique_ptr<http::connector>>(const config::account&)>;

/// The pools of one worker. Accounts that connect to the same origin by the same means share one: which account a request is of stands in
/// its header, and one that sends now and then finds a connection open. A pool is there as long as an account has it. One thread.
class connection_pools {
 public:
  connection_pools(loop& on, connector_factory connectors) : loop_(on), connectors_(std::move(connectors)) {}

  /// The pool of accounts that connect like this one; made where there is none.
  outcome<std::shared_ptr<http::pool>> pool_of(const config::account& settings);

  void forget_unused();

 private:
  /// What connections have in common: scheme, host and port; TLS files, with their state when they were read; the time to connect and the
  /// largest answer.
  using means =
      std::tuple<origin::scheme_kind, std::string, std::uint16_t, config::tls_settings, config::file_stamps, duration, std::uint64_t>;

  loop& loop_;
  connector_factory connectors_;
  std::map<means, std::weak_ptr<http::pool>> pools_;
};

}  // namespace leadrelay::relay
