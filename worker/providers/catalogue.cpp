#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "providers/definition.hpp"
#include "providers/embedded.hpp"

namespace leadrelay::providers {
namespace {

constexpr std::uintmax_t largest_file = 1 << 20;

/// The `*.yaml` files of a folder in the order of their names. Names that start with a dot are passed over: a mounted ConfigMap keeps its
/// own folders there.
std::vector<std::filesystem::path> list_definitions(const std::string& directory, yaml::issues& into) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    if (name.starts_with('.') || !at->is_regular_file(ignored)) continue;
    if (at->path().extension() == ".yaml") files.push_back(at->path());
    if (at->path().extension() == ".yml")
      into.warn(at->path().string(), YAML::Mark(), "is passed over, expected a name that ends in .yaml");
  }
  if (error) into.add(directory, YAML::Mark(), "cannot be listed: " + error.message() + ", expected a folder of definitions");
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<std::string> read_file(const std::filesystem::path& path, yaml::issues& into) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > largest_file) {
    into.add(path.string(), YAML::Mark(), "has " + std::to_string(size) + " bytes, expected a definition of at most 1MiB");
    return std::nullopt;
  }
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (error || !in || in.bad()) {
    into.add(path.string(), YAML::Mark(), "cannot be read");
    return std::nullopt;
  }
  return text;
}

}  // namespace

catalogue catalogue::load(const std::optional<std::string>& directory, yaml::issues& into) {
  catalogue all;
  const auto put = [&](entry made) {
    const auto same = [&](const entry& one) { return one.compiled->name() == made.compiled->name(); };
    const auto at = std::find_if(all.entries_.begin(), all.entries_.end(), same);
    if (at == all.entries_.end()) {
      all.entries_.push_back(std::move(made));
    } else if (at->origin == "embedded") {
      *at = std::move(made);
    } else {
      into.add(made.origin, YAML::Mark(), "defines `" + made.compiled->name() + "`, which " + at->origin + " defines too, keep one");
    }
  };
  for (const embedded_file& file : embedded_definitions()) {
    const std::string text(file.text);
    if (auto compiled = compile(text, "embedded/" + std::string(file.name), into)) put({std::move(compiled), text, "embedded"});
  }
  if (directory) {
    for (const std::filesystem::path& path : list_definitions(*directory, into)) {
      const auto text = read_file(path, into);
      if (!text) continue;
      if (auto compiled = compile(*text, path.string(), into)) put({std::move(compiled), *text, path.string()});
    }
  }
  std::sort(all.entries_.begin(), all.entries_.end(),
            [](const entry& a, const entry& b) { return a.compiled->name() < b.compiled->name(); });
  return all;
}

std::shared_ptr<const definition> catalogue::find(std::string_view name) const {
  for (const entry& one : entries_)
    if (one.compiled->name() == name) return one.compiled;
  return nullptr;
}

std::vector<std::string_view> catalogue::names() const {
  std::vector<std::string_view> out;
  for (const entry& one : entries_) out.push_back(one.compiled->name());
  return out;
}

std::string_view catalogue::source(std::string_view name) const {
  for (const entry& one : entries_)
    if (one.compiled->name() == name) return one.source;
  return {};
}

std::string_view catalogue::origin(std::string_view name) const {
  for (const entry& one : entries_)
    if (one.compiled->name() == name) return one.origin;
  return {};
}

}  // namespace leadrelay::providers
