#include "config/place.hpp"

namespace leadrelay::config {

place::place(const yaml::reader& at)
    : file(at.file()),
      line(at.node().Mark().line + 1),
      column(at.node().Mark().column + 1),
      path(at.path()) {}

void place::fail(const std::string& what, yaml::issues& into) const { into.add({file, line, column, path + ": " + what, false}); }

}  // namespace leadrelay::config
