#pragma once

#include <filesystem>

#include "base/yaml_reader.hpp"
#include "config/configuration.hpp"

namespace leadrelay::config {

/// Reads `tracing`; relative files are taken from `folder`. What is wrong has its default, beside an issue.
tracing_settings read_tracing(const yaml::reader& at, const std::filesystem::path& folder);

}  // namespace leadrelay::config
