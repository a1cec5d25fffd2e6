#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/yaml_reader.hpp"
#include "config/file_stamp.hpp"

namespace leadrelay::config {

/// Whether a file of a folder is part of the configuration: `*.yaml` and `*.yml`, but for names that start with a dot.
bool is_configuration(const std::filesystem::path& file);

struct named_text {
  std::string name;  ///< the file's path, as messages tell it
  std::string text;
};

struct found_files {
  std::vector<named_text> texts;     ///< in the order of the paths, of a folder in that of the names
  std::vector<std::string> folders;  ///< those of the paths that are
  file_stamps seen;                  ///< as they were before each was read
};

/// Reads the files that the paths name, `most_bytes` altogether. A folder stands for the files directly in it that `is_configuration`
/// takes: under names that start with a dot a mounted ConfigMap keeps its own folders. Issues and nothing where a file cannot be
/// read or is named twice, or a folder has none.
std::optional<found_files> find_files(const std::vector<std::string>& paths, yaml::issues& into);

}  // namespace leadrelay::config
