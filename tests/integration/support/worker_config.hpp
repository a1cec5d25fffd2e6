#pragma once

#include <map>
#include <string>
#include <vector>

namespace leadrelay::integration {

/// One account of a worker's configuration.
struct account_config {
  std::string name;
  std::string provider;
  std::string base_url;
  std::string credential;     ///< given to the worker in an environment variable of its own
  std::string limits = "[]";  ///< YAML
  int concurrency = 32;
  bool merging = false;  ///< so that each change has a request to be counted
  std::string retry = "{ first_wait: 20ms, longest_wait: 500ms }";
  std::map<std::string, std::string> more;  ///< further keys, their values as YAML on one line
  std::string credential_file;              ///< instead of the variable, where it is not empty

  /// The variable that holds the credential.
  std::string variable() const;
};

/// A worker's configuration, written as an operator would write it.
struct worker_config {
  std::map<std::string, std::string> kafka;  ///< librdkafka's properties
  std::vector<std::string> lead_changes;
  std::string dead_letters;
  std::string results;  ///< none where it is empty
  std::vector<account_config> accounts;
  std::map<std::string, std::string> more;  ///< further keys of the top level, their values as YAML on one line

  std::string yaml() const;
  /// The credentials, by variable.
  std::map<std::string, std::string> environment() const;
};

}  // namespace leadrelay::integration
