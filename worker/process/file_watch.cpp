#include "process/file_watch.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "config/files.hpp"

namespace leadrelay::process {
namespace fs = std::filesystem;

file_stamps look_at_files(const std::vector<std::string>& paths) {
  file_stamps out;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      out[path] = relay::look_at_file(path);
      continue;
    }
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
      if (config::is_configuration(at->path())) out[at->path().string()] = relay::look_at_file(at->path().string());
  }
  return out;
}

void file_watch::follow(file_stamps now) {
  for (auto& [path, stamp] : now)
    if (const auto before = known_.find(path); before != known_.end()) stamp = before->second;
  know(std::move(now));
}

bool file_watch::look(file_stamps now) {
  const bool rests = now == last_;
  last_ = std::move(now);
  if (!rests || last_ == known_) return false;
  known_ = last_;
  return true;
}

}  // namespace leadrelay::process
