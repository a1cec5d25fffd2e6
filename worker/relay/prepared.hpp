#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "kafka/consumer.hpp"
#include "relay/account_terms.hpp"

namespace leadrelay::relay {

/// A reload that is made ready, and what comes to be known meanwhile.
struct prepared_reload {
  std::shared_ptr<const config::configuration> next;
  std::vector<account_change> changes;  ///< in the order of the configuration, an account each

  // What is parked of the accounts that it adds, by the source's partition.
  kafka::topics_beside logs;  ///< their topics
  std::map<kafka::topic_partition, std::vector<kafka::beside_partition>> beside;
  std::set<kafka::topic_partition> assigned_since;
  bool is_looked_up = false;

  /// What an assignment tells is newer than what the look-up finds.
  void assigned(const kafka::assigned_partition& given) {
    assigned_since.insert(given.partition);
    beside[given.partition] = given.beside;
  }
  void looked_up(const std::vector<kafka::assigned_partition>& found) {
    for (const kafka::assigned_partition& each : found)
      if (!assigned_since.contains(each.partition)) beside[each.partition] = each.beside;
    is_looked_up = true;
  }
};

}  // namespace leadrelay::relay
