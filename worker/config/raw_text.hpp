#pragma once

#include <optional>
#include <string>

#include "base/yaml_reader.hpp"

namespace leadrelay::config {

/// Whether `text` can be a YAML configuration at all: not too large, UTF-8, no control characters, no tab to indent with, not empty. The
/// YAML parser's own words on these are hard to understand.
bool check_raw_text(const std::string& text, const std::string& file, yaml::issues& into);

/// A file's text; an issue and nothing where it cannot be read or is too large.
std::optional<std::string> read_raw_text(const std::string& path, yaml::issues& into);

}  // namespace leadrelay::config
