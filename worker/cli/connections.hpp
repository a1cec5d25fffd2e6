#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/configuration.hpp"

namespace leadrelay::cli {

/// What came of one connection, or of one question over it.
struct connection_finding {
  std::string subject;  ///< the key of the configuration, with what it names
  bool good = true;
  std::string what;  ///< holds no secret; where it is not good, says what would be right
};

/// Tries all that a configuration connects to: the brokers with their topics and the group, the accounts' providers, the receiver of spans.
/// To these it connects, over TLS where they are https, and sends no request. All are tried at once, each until the timeout.
class connection_trial {
 public:
  connection_trial(const config::configuration& of, duration timeout);
  /// Waits for names that are still being looked up.
  ~connection_trial();

  /// In the order of the configuration.
  const std::vector<connection_finding>& findings() const noexcept;
  /// Whether a name is still being looked up, which nothing can end.
  bool still_busy() const noexcept;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace leadrelay::cli
