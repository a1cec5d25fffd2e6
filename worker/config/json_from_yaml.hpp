#pragma once

#include <optional>

#include "base/json.hpp"
#include "base/yaml_reader.hpp"

namespace leadrelay::config {

/// A YAML node as JSON. A plain `true`, `null` or number (as JSON writes it) is that; everything else, and everything in quotes, is a
/// string, so that `004877852` and `2026-11-21` stay the texts they are. An issue and nothing for nesting beyond `json::most_levels`,
/// more than 10,000 nodes (aliases count each time), a key that is no single value or stands twice.
std::optional<json::document> json_from_yaml(const yaml::reader& from);

}  // namespace leadrelay::config
