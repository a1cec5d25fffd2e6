#include "kafka/property_table.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include <librdkafka/rdkafka.h>

namespace leadrelay::kafka {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::optional<scope> scope_of(std::string_view column) {
  if (column == "C") return scope::consumer;
  if (column == "P") return scope::producer;
  if (column == "*") return scope::both;
  return std::nullopt;
}

/// The line's name and scope, or nothing for headings and text.
std::optional<std::pair<std::string_view, scope>> read_line(std::string_view line) {
  const auto bar = line.find('|');
  if (bar == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(bar + 1);
  const auto found = scope_of(trimmed(rest.substr(0, rest.find('|'))));
  if (!found) return std::nullopt;
  return std::pair{trimmed(line.substr(0, bar)), *found};
}

std::string print_table() {
  char* text = nullptr;
  std::size_t size = 0;
  FILE* const file = open_memstream(&text, &size);
  if (!file) return {};
  rd_kafka_conf_properties_show(file);
  std::fclose(file);
  const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
  return {text, size};
}

}  // namespace

property_table::property_table(std::string_view printed) {
  while (!printed.empty()) {
    const auto end = printed.find('\n');
    if (const auto line = read_line(printed.substr(0, end))) {
      const auto [at, is_new] = scopes_.try_emplace(std::string(line->first), line->second);
      if (!is_new && at->second != line->second) at->second = scope::both;
    }
    printed = end == std::string_view::npos ? std::string_view() : printed.substr(end + 1);
  }
}

std::optional<scope> property_table::find(std::string_view name) const {
  const auto found = scopes_.find(name);
  return found == scopes_.end() ? std::nullopt : std::optional{found->second};
}

std::vector<std::string_view> property_table::names() const {
  std::vector<std::string_view> all;
  all.reserve(scopes_.size());
  for (const auto& [name, scope] : scopes_) all.emplace_back(name);
  return all;
}

const property_table& known_properties() {
  static const property_table table(print_table());
  return table;
}

}  // namespace leadrelay::kafka
