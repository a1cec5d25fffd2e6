#include "cli/command.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>

namespace leadrelay::cli {
namespace {

struct closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

bool read_to_end(std::FILE* from, std::string& into) {
  char block[64 << 10];
  for (std::size_t size = sizeof block; size == sizeof block;) {
    size = std::fread(block, 1, sizeof block, from);
    into.append(block, size);
  }
  return std::ferror(from) == 0;
}

}  // namespace

std::optional<config::configuration> load_configuration(const std::vector<std::string>& paths, look how) {
  yaml::issues issues;
  auto loaded = examine(paths, how, issues);
  for (const yaml::issue& issue : issues.all()) std::cerr << issue.text() << '\n';
  return loaded;
}

outcome<std::string> read_whole(const std::string& path) {
  std::string text;
  if (path == "-") {
    if (read_to_end(stdin, text)) return text;
    return problem{reason::undecodable, std::string("standard input: cannot be read: ") + std::strerror(errno)};
  }
  const std::unique_ptr<std::FILE, closer> file(std::fopen(path.c_str(), "rb"));
  if (file && read_to_end(file.get(), text)) return text;
  return problem{reason::undecodable, path + ": cannot be read: " + std::strerror(errno)};
}

}  // namespace leadrelay::cli
