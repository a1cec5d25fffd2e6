#include "cli/command.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "config/whole_file.hpp"

namespace leadrelay::cli {

std::optional<config::configuration> load_configuration(const std::vector<std::string>& paths, look how) {
  yaml::issues issues;
  auto loaded = examine(paths, how, issues);
  for (const yaml::issue& issue : issues.all()) std::cerr << issue.text() << '\n';
  return loaded;
}

outcome<std::string> read_whole(const std::string& path) {
  std::string text;
  if (path == "-") {
    if (config::read_to_end(stdin, text)) return text;
    return problem{reason::undecodable, std::string("standard input: cannot be read: ") + std::strerror(errno)};
  }
  const config::file_handle file(std::fopen(path.c_str(), "rb"));
  if (file && config::read_to_end(file.get(), text)) return text;
  return problem{reason::undecodable, path + ": cannot be read: " + std::strerror(errno)};
}

}  // namespace leadrelay::cli
