#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "unit/temporary_folder.hpp"

namespace leadrelay::test {

/// A secret mounted as Kubernetes does: `secret` leads over the link `..data` into a folder, and the link is swapped.
class mounted_secret {
 public:
  explicit mounted_secret(const std::string& text) {
    std::filesystem::create_symlink("..data/secret", path());
    swap_to(text);
  }

  std::string path() const { return folder_.path("secret"); }

  /// Nothing: the new folder has no such file.
  void swap_to(const std::optional<std::string>& text) {
    const std::string name = "..version" + std::to_string(++versions_);
    std::filesystem::create_directory(folder_.path(name));
    if (text) folder_.write(name + "/secret", *text);
    std::filesystem::create_symlink(name, folder_.path("..data_tmp"));
    std::filesystem::rename(folder_.path("..data_tmp"), folder_.path("..data"));
  }

 private:
  temporary_folder folder_;
  int versions_ = 0;
};

}  // namespace leadrelay::test
