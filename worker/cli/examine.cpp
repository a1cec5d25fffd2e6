#include "cli/examine.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "config/sections.hpp"
#include "http/tls.hpp"

namespace leadrelay::cli {
namespace {

/// The configuration's own reading tells of these where they are missing or empty; the rest is checked as if they were there.
kafka::properties with_required(kafka::properties given) {
  for (const char* name : {"bootstrap.servers", "group.id"}) {
    const auto found = std::ranges::find(given, name, &std::pair<std::string, std::string>::first);
    if (found == given.end()) {
      given.emplace_back(name, "missing");
    } else if (found->second.empty()) {
      found->second = "missing";
    }
  }
  return given;
}

bool is_part_of_name(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

/// Where `text` names the property, not one whose name begins or ends alike.
std::size_t find_name(std::string_view text, std::string_view name) noexcept {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::string_view after = text.substr(at + name.size());
    const bool begins = at == 0 || (!is_part_of_name(text[at - 1]) && text[at - 1] != '.');
    const bool goes_on =
        !after.empty() && (is_part_of_name(after[0]) || (after[0] == '.' && after.size() > 1 && is_part_of_name(after[1])));
    if (begins && !goes_on) return at;
  }
  return std::string_view::npos;
}

/// librdkafka's text without the property's name before it, which the place says, and without the line end that it has at times.
std::string one_line(std::string_view what, std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\" ";
  if (what.starts_with(quoted)) what.remove_prefix(quoted.size());
  const std::size_t last = what.find_last_not_of(" \t\r\n");
  return std::string(what.substr(0, last + 1));
}

/// What the system says of the file that a property names, which librdkafka does not tell.
std::string file_trouble(std::string_view property, const config::configuration& in) {
  const std::string* path = property.ends_with(".location") ? config::find_kafka(in, property) : nullptr;
  if (!path || access(path->c_str(), R_OK) == 0) return {};
  return " (`" + *path + "`: " + std::generic_category().message(errno) + ")";
}

/// librdkafka quotes values that it does not take.
std::string without_variable(std::string what, std::string_view property, const config::place& at, const config::configuration& in) {
  const std::string* value = at.from_environment ? config::find_kafka(in, property) : nullptr;
  const std::string quoted = "\"" + (value ? *value : std::string()) + "\"";
  const std::size_t found = value ? what.find(quoted) : std::string::npos;
  return found == std::string::npos ? what : what.replace(found, quoted.size(), "\"***\"");
}

void check_kafka(const config::configuration& in, yaml::issues& into) {
  if (!in.kafka_place) return;
  for (const kafka::property_problem& found : kafka::check_properties(with_required(in.kafka))) {
    const std::string_view property = property_of(found, in);
    const auto known = in.kafka_places.find(property);
    const config::place& place = known == in.kafka_places.end() ? *in.kafka_place : known->second;
    place.fail(without_variable(one_line(found.what, found.name), property, place, in) + file_trouble(property, in), into);
  }
}

void check_tls(const config::configuration& in, yaml::issues& into) {
  std::map<http::tls_files, std::vector<http::tls_file_problem>> checked;
  const auto check = [&](const config::tls_settings& of, const std::map<std::string, config::place, std::less<>>& places) {
    const http::tls_files files{of.ca_file, of.certificate_file, of.key_file};
    const auto [problems, is_new] = checked.try_emplace(files);
    if (is_new) problems->second = http::check_tls_files(files);
    for (const http::tls_file_problem& found : problems->second) places.find(found.key)->second.fail(found.what, into);
  };
  for (const config::account_references& each : in.references)
    if (each.uses_tls) check(each.tls, each.tls_places);
  if (in.tracing && in.tracing->endpoint.is_tls()) check(in.tracing->tls, in.tracing->tls_places);
}

yaml::issues in_order(const yaml::issues& found) {
  std::vector<yaml::issue> all = found.all();
  std::ranges::stable_sort(all, {}, [](const yaml::issue& each) { return std::tie(each.file, each.line, each.column); });
  yaml::issues out;
  for (yaml::issue& each : all) out.add(std::move(each));
  return out;
}

}  // namespace

std::string_view property_of(const kafka::property_problem& found, const config::configuration& in) {
  if (!found.name.empty()) return found.name;
  std::string_view first;
  std::size_t first_at = std::string::npos;
  for (const auto& [name, place] : in.kafka_places) {
    const std::size_t at = find_name(found.what, name);
    if (at >= first_at) continue;
    first_at = at;
    first = name;
  }
  return first;
}

std::optional<config::configuration> examine(const std::vector<std::string>& paths, look how, yaml::issues& into) {
  yaml::issues found;
  auto read = config::read_files(paths, found);
  if (read) {
    check_kafka(*read, found);
    if (how == look::at_secrets) {
      config::check_credentials(*read, found);
      if (read->tracing) config::check_headers(*read->tracing, found);
      check_tls(*read, found);
    }
  }
  into = in_order(found);
  if (!into.good()) read.reset();
  return read;
}

}  // namespace leadrelay::cli
