#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace leadrelay::config {

/// What tells one state of a file from another without reading it. A path that resolves to another file, as where Kubernetes swaps the
/// `..data` link of a mounted folder, has another inode. Of what is no regular file, as a pipe, nothing but its identity is told: its times
/// change as it is read.
struct file_stamp {
  int error = 0;  ///< errno, where there is no such file; the rest is zero then
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  auto operator<=>(const file_stamp&) const = default;
};

/// By path.
using file_stamps = std::map<std::string, file_stamp>;

/// stat(2), links followed.
file_stamp look_at_file(const std::string& path);

/// The stamps of files, and for a folder those of the files in it that `is_configuration` takes.
file_stamps look_at_files(const std::vector<std::string>& paths);

}  // namespace leadrelay::config
