#include "config/raw_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/text.hpp"
#include "config/configuration.hpp"
#include "config/whole_file.hpp"

namespace leadrelay::config {
namespace {

YAML::Mark mark_at(std::string_view text, std::size_t at) {
  YAML::Mark mark;
  const std::string_view before = text.substr(0, at);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  mark.pos = static_cast<int>(at);
  mark.line = static_cast<int>(std::ranges::count(before, '\n'));
  mark.column = static_cast<int>(count_code_points(before.substr(line_start)));
  return mark;
}

std::optional<std::size_t> find_control(std::string_view text) {
  const auto found = std::ranges::find_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F;
  });
  if (found == text.end()) return std::nullopt;
  return static_cast<std::size_t>(found - text.begin());
}

/// The first tab that a line which says something is indented with.
std::optional<std::size_t> find_indenting_tab(std::string_view text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    const std::size_t content = line.find_first_not_of(" \t\r");
    const std::size_t tab = line.find('\t');
    if (content != std::string_view::npos && line[content] != '#' && tab < content) return start + tab;
    start = end + 1;
  }
  return std::nullopt;
}

/// Nothing but blank lines and comments.
bool says_nothing(std::string_view text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    const std::size_t content = line.find_first_not_of(" \t\r");
    if (content != std::string_view::npos && line[content] != '#') return false;
    start = end + 1;
  }
  return true;
}

void add_too_large(const std::string& file, yaml::issues& into) {
  into.add(file, YAML::Mark(), "is larger than " + yaml::format_bytes(most_bytes) + ", expected a configuration");
}

}  // namespace

bool check_raw_text(const std::string& text, const std::string& file, yaml::issues& into) {
  if (text.size() > most_bytes) {
    add_too_large(file, into);
    return false;
  }
  if (const auto bad = find_invalid_utf8(text)) {
    into.add(file, mark_at(text, *bad), "not UTF-8, expected a YAML text");
    return false;
  }
  if (const auto bad = find_control(text)) {
    into.add(file, mark_at(text, *bad), "a control character, expected a YAML text");
    return false;
  }
  if (const auto tab = find_indenting_tab(text)) {
    into.add(file, mark_at(text, *tab), "a tab in the indentation, YAML takes spaces only");
    return false;
  }
  if (says_nothing(text)) {
    into.add(file, YAML::Mark(), "is empty, expected a configuration, or a part of one");
    return false;
  }
  return true;
}

std::optional<std::string> read_raw_text(const std::string& path, yaml::issues& into) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    into.add(path, YAML::Mark(), "is a folder, expected a configuration");
    return std::nullopt;
  }
  const file_handle file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    into.add(path, YAML::Mark(), std::string("cannot be read: ") + std::strerror(errno) + ", expected a configuration");
    return std::nullopt;
  }
  std::string text;
  if (!read_to_end(file.get(), text, most_bytes)) {
    into.add(path, YAML::Mark(), std::string("cannot be read: ") + std::strerror(errno) + ", expected a configuration");
    return std::nullopt;
  }
  if (text.size() <= most_bytes) return text;
  add_too_large(path, into);
  return std::nullopt;
}

}  // namespace leadrelay::config
