#include "config/file_stamp.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "config/files.hpp"

namespace leadrelay::config {
namespace fs = std::filesystem;

file_stamp look_at_file(const std::string& path) {
  struct stat found{};
  file_stamp out;
  if (::stat(path.c_str(), &found) != 0) {
    out.error = errno;
    return out;
  }
  out.device = found.st_dev;
  out.inode = found.st_ino;
  if (!S_ISREG(found.st_mode)) return out;
  out.size = found.st_size;
  constexpr std::int64_t nanoseconds_of_a_second = 1'000'000'000;
  out.modified_ns = found.st_mtim.tv_sec * nanoseconds_of_a_second + found.st_mtim.tv_nsec;
  return out;
}

file_stamps look_at_files(const std::vector<std::string>& paths) {
  file_stamps out;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      out[path] = look_at_file(path);
      continue;
    }
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
      if (is_configuration(at->path())) out[at->path().string()] = look_at_file(at->path().string());
  }
  return out;
}

}  // namespace leadrelay::config
