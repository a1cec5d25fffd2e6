#include "config/files.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "config/configuration.hpp"
#include "config/raw_text.hpp"

namespace leadrelay::config {
namespace {

/// What a path names, whatever links lead to it.
std::string identity(const std::string& path) {
  std::error_code error;
  const auto real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

std::vector<std::string> list_folder(const std::string& folder, yaml::issues& into) {
  std::vector<std::string> out;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (is_configuration(at->path())) out.push_back(at->path().string());
  if (error) {
    into.add(folder, YAML::Mark(), "cannot be listed: " + error.message() + ", expected a folder of configurations");
  } else if (out.empty()) {
    into.add(folder, YAML::Mark(), "holds no configuration, expected files whose names end in .yaml or .yml");
  }
  std::ranges::sort(out);
  return out;
}

class file_finder {
 public:
  explicit file_finder(yaml::issues& into) : issues_(into) {}

  void add(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) return read(path);
    if (!is_new(path)) return;
    found_.folders.push_back(path);
    for (const std::string& each : list_folder(path, issues_)) read(each);
  }

  found_files take() { return std::move(found_); }

 private:
  bool is_new(const std::string& path) {
    const auto [known, is_new] = known_.try_emplace(identity(path), path);
    if (!is_new)
      issues_.add(path, YAML::Mark(),
                  known->second == path ? "is named twice, expected once" : "is the same as " + known->second + ", keep one");
    return is_new;
  }

  void read(const std::string& path) {
    if (!is_new(path)) return;
    found_.seen[path] = look_at_file(path);
    auto text = read_raw_text(path, issues_);
    if (!text) return;
    if (text->size() > left_) {
      const std::string others = found_.texts.empty() ? "" : " together with the files before it";
      issues_.add(path, YAML::Mark(), "is larger than " + yaml::format_bytes(most_bytes) + others + ", expected a configuration");
      return;
    }
    left_ -= text->size();
    found_.texts.push_back({path, std::move(*text)});
  }

  yaml::issues& issues_;
  found_files found_;
  std::map<std::string, std::string> known_;  ///< by what it is, the path that named it first
  std::size_t left_ = most_bytes;
};

}  // namespace

bool is_configuration(const std::filesystem::path& file) {
  const bool is_yaml = file.extension() == ".yaml" || file.extension() == ".yml";
  return is_yaml && !file.filename().string().starts_with('.');
}

std::optional<found_files> find_files(const std::vector<std::string>& paths, yaml::issues& into) {
  const std::size_t before = into.all().size();
  file_finder finder(into);
  for (const std::string& path : paths) finder.add(path);
  if (into.all().size() > before) return std::nullopt;
  return finder.take();
}

}  // namespace leadrelay::config
