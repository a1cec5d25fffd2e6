#include "config/place.hpp"

#include <filesystem>

#include "config/environment.hpp"

namespace leadrelay::config {

place::place(const yaml::reader& at)
    : file(at.file()),
      line(at.node().Mark().line + 1),
      column(at.node().Mark().column + 1),
      path(at.path()),
      from_environment(is_substituted(at)) {}

void place::fail(const std::string& what, yaml::issues& into) const { into.add({file, line, column, path + ": " + what, false}); }

std::string beside(const yaml::reader& at, const std::string& path) {
  return (std::filesystem::path(at.file()).parent_path() / path).string();
}

}  // namespace leadrelay::config
