#pragma once

#include <string>
#include <vector>

#include "support/needles.hpp"

namespace leadrelay::integration {

/// A configuration in which a secret stands where none belongs, or where it belongs but not in a shape that is taken.
struct misplaced_secret {
  std::string where;  ///< what stands before the secret
  std::string yaml;
  bool is_of_kafka = false;
};

/// One for each place; their brokers and topics are nobody's.
std::vector<misplaced_secret> misplaced_secrets(needles& secrets);

}  // namespace leadrelay::integration
