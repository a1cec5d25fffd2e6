#include "support/temp_dir.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace leadrelay::integration {

temp_dir::temp_dir() : path_((std::filesystem::temp_directory_path() / "leadrelay-test-XXXXXX").string()) {
  if (!::mkdtemp(path_.data())) throw std::system_error(errno, std::generic_category(), "mkdtemp " + path_);
}

temp_dir::~temp_dir() {
  if (std::getenv("LEADRELAY_KEEP_TEMP")) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace leadrelay::integration
