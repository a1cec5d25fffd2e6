#pragma once

#include <string>

#include "base/yaml_reader.hpp"

namespace leadrelay::config {

/// Where a value stands in the configuration, kept for what only a look beyond the file finds wrong with it.
struct place {
  std::string file;
  int line = 1;
  int column = 1;
  std::string path;               ///< `accounts.acme.credential`
  bool from_environment = false;  ///< in whole or in part

  place() = default;
  explicit place(const yaml::reader& at);

  /// Adds an issue here, prefixed with the path.
  void fail(const std::string& what, yaml::issues& into) const;
};

/// A path as the file means that names it: a relative one is taken from that file's folder.
std::string beside(const yaml::reader& at, const std::string& path);

}  // namespace leadrelay::config
