#include "relay/connection_pools.hpp"

#include <utility>

namespace leadrelay::relay {

outcome<std::shared_ptr<http::pool>> connection_pools::pool_of(const config::account& settings) {
  auto to = parse_origin(settings.plan.base_url());
  if (!to) return to.error();
  std::weak_ptr<http::pool>& kept = pools_[{to->scheme, std::move(to->host), to->port, settings.tls, settings.tls_seen,
                                            settings.connect_timeout, settings.largest_answer}];
  if (auto found = kept.lock()) return found;
  auto connector = connectors_(settings);
  if (!connector) return connector.error();
  auto made = std::make_shared<http::pool>(loop_, std::move(*connector), http::pool_settings{.connect_timeout = settings.connect_timeout});
  kept = made;
  return made;
}

void connection_pools::forget_unused() {
  std::erase_if(pools_, [](const auto& each) { return each.second.expired(); });
}

}  // namespace leadrelay::relay
