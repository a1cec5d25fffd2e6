#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "support/process.hpp"

namespace leadrelay::integration {

/// `leadrelay sandbox` on a free port: the five providers, and what they saw.
class sandbox_process {
 public:
  /// `more` are further arguments of the command.
  explicit sandbox_process(const std::vector<std::string>& more = {});

  /// `http://127.0.0.1:PORT`, an account's base URL for every provider.
  const std::string& url() const noexcept { return url_; }
  std::uint16_t port() const noexcept { return port_; }

  /// `/_sandbox/report`
  json::document report() const;
  /// The state of every lead of a provider, by id: `/_sandbox/leads/{provider}`.
  json::document leads(const std::string& provider) const;
  /// One of the report's counters of a provider: `requests`, `applied`, `order_violations`, `repeats`, `overlaps` …
  std::uint64_t count(const std::string& provider, const std::string& counter) const;
  /// The faults from now on, as JSON; throws where the sandbox refuses them.
  void set_faults(const std::string& faults) const;

  process& child() noexcept { return process_; }

 private:
  process process_;
  std::string url_;
  std::uint16_t port_ = 0;
};

}  // namespace leadrelay::integration
