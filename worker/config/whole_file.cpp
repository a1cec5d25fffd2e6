#include "config/whole_file.hpp"

namespace leadrelay::config {

bool read_to_end(std::FILE* from, std::string& into, std::size_t most) {
  char block[16 << 10];
  for (std::size_t size = sizeof block; size == sizeof block && into.size() <= most;) {
    size = std::fread(block, 1, sizeof block, from);
    into.append(block, size);
  }
  return std::ferror(from) == 0;
}

}  // namespace leadrelay::config
