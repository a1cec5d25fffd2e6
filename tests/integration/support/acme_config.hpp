#pragma once

#include <string>

#include "support/worker_config.hpp"

namespace leadrelay::integration {

/// A good configuration of one account, acme, whose provider nobody has to reach.
inline worker_config config_of_acme(const std::string& bootstrap, const std::string& group, const std::string& topic) {
  worker_config out;
  out.kafka = {{"bootstrap.servers", bootstrap}, {"group.id", group}};
  out.lead_changes = {topic};
  out.dead_letters = topic + ".dead";
  account_config& acme = out.accounts.emplace_back();
  acme.name = "acme";
  acme.provider = "orwel";
  acme.base_url = "http://127.0.0.1:1";
  acme.credential = "a-credential";
  return out;
}

}  // namespace leadrelay::integration
