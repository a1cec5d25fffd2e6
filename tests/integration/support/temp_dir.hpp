#pragma once

#include <string>

namespace leadrelay::integration {

/// A directory of its own, removed with all in it when this ends, unless LEADRELAY_KEEP_TEMP is set.
class temp_dir {
 public:
  temp_dir();
  ~temp_dir();
  temp_dir(const temp_dir&) = delete;
  temp_dir& operator=(const temp_dir&) = delete;

  const std::string& path() const noexcept { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace leadrelay::integration
