#pragma once

#include "base/yaml_reader.hpp"
#include "config/configuration.hpp"

namespace leadrelay::config {

/// Reads `tracing`. What is wrong has its default, beside an issue.
tracing_settings read_tracing(const yaml::reader& at);

}  // namespace leadrelay::config
