#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

namespace leadrelay::config {

struct file_closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using file_handle = std::unique_ptr<std::FILE, file_closer>;

/// Appends what is left of a file, or of a pipe, and stops once the text is longer than `most`. False where it cannot be read, as `errno`
/// then says.
bool read_to_end(std::FILE* from, std::string& into, std::size_t most = std::string::npos);

}  // namespace leadrelay::config
