#include "config/sections.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/origin.hpp"

namespace leadrelay::config {
namespace {

constexpr std::size_t longest_topic = 249;  // Kafka's own bound

bool is_topic_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_topic(std::string_view name) noexcept {
  return !name.empty() && name.size() <= longest_topic && name != "." && name != ".." && std::ranges::all_of(name, is_topic_character);
}

std::optional<std::string> read_topic(const yaml::reader& at) {
  auto name = at.text();
  if (!name || is_topic(*name)) return name;
  at.fail("no topic name, expected 1 to 249 letters, digits, `.`, `_` or `-`");
  return std::nullopt;
}

void read_lead_changes(const yaml::reader& at, topics& into) {
  if (!at.expect_list()) return;
  if (at.size() == 0) at.fail("is empty, expected at least one topic");
  at.each_item([&](std::size_t, const yaml::reader& item) {
    auto name = read_topic(item);
    if (!name) return;
    if (std::ranges::find(into.lead_changes, *name) != into.lead_changes.end()) return item.fail("`" + *name + "` stands twice, keep one");
    into.lead_changes.push_back(std::move(*name));
  });
}

/// A topic that the worker writes: were it one that it reads, it would feed itself.
void check_written(const yaml::reader& at, const std::string& name, const topics& read) {
  if (std::ranges::find(read.lead_changes, name) != read.lead_changes.end())
    at.fail("`" + name + "` is one of topics.lead_changes, the worker would read what it writes; expected another topic");
}

void read_property(const std::string& name, const yaml::reader& key, const yaml::reader& value, configuration& into) {
  if (name == "enable.auto.commit")
    return key.fail("belongs to the worker, which commits an offset once all before it are settled; remove it");
  if (value.is_null()) return value.fail("has no value");
  auto text = value.text();
  if (!text) return;
  into.kafka_places.insert_or_assign(name, place(value));
  into.kafka.emplace_back(name, std::move(*text));
}

void require_property(const yaml::reader& at, std::string_view name, const configuration& in) {
  const auto found = at.get(name);
  if (!found) return at.fail("`" + std::string(name) + "` is missing");
  if (const std::string* value = find_kafka(in, name); value && value->empty()) found->fail("is empty");
}

struct address {
  std::string host;
  std::uint16_t port = 0;
};

/// `HOST:PORT`, where HOST is an address, an IPv6 one in brackets, or localhost: the worker looks up no name to listen on.
std::optional<address> parse_listen(std::string_view text) {
  address out;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc{} || end != port.data() + port.size()) return std::nullopt;
  const std::string_view host = text.substr(0, colon);
  if (host.find('/') != std::string_view::npos || (host.find(':') != std::string_view::npos && !host.ends_with(']'))) return std::nullopt;
  const auto parsed = parse_origin("http://" + std::string(host));
  if (!parsed || (!parsed->is_address() && parsed->host != "localhost")) return std::nullopt;
  out.host = parsed->host;
  return out;
}

}  // namespace

const std::string* find_kafka(const configuration& in, std::string_view name) noexcept {
  const auto found = std::ranges::find(in.kafka, name, [](const auto& property) -> std::string_view { return property.first; });
  return found == in.kafka.end() ? nullptr : &found->second;
}

void read_kafka(const yaml::reader& at, configuration& into) {
  if (!at.is_map()) {
    at.expect_map();
    return;
  }
  at.expect_map();
  into.kafka_place.emplace(at);
  at.each_member(
      [&](const std::string& name, const yaml::reader& key, const yaml::reader& value) { read_property(name, key, value, into); });
  require_property(at, "bootstrap.servers", into);
  require_property(at, "group.id", into);
  const std::string* group = find_kafka(into, "group.id");
  if (group && !group->empty() && !std::ranges::all_of(*group, is_topic_character))
    at.get("group.id")->fail("becomes part of the name of the topics for parked changes, expected letters, digits, `.`, `_` and `-`");
}

void read_topics(const yaml::reader& at, topics& into) {
  if (!at.expect_keys({"lead_changes", "dead_letters", "results"}) && !at.is_map()) return;
  if (const auto names = at.require("lead_changes")) read_lead_changes(*names, into);
  if (const auto dead = at.require("dead_letters")) {
    if (auto name = read_topic(*dead)) {
      check_written(*dead, *name, into);
      into.dead_letters = std::move(*name);
    }
  }
  const auto results = at.get("results");
  if (!results) return;
  into.results = read_topic(*results);
  if (!into.results) return;
  check_written(*results, *into.results, into);
  if (*into.results == into.dead_letters) results->fail("is the topic of the dead letters, expected another one");
}

void read_admin(const yaml::reader& at, admin_settings& into) {
  at.expect_keys({"listen"});
  const auto listen = at.get("listen");
  const auto text = listen ? listen->text() : std::nullopt;
  if (!text) return;
  const auto parsed = parse_listen(*text);
  if (!parsed) return listen->fail("expected an address or localhost and a port from 0 to 65535, such as 127.0.0.1:9464 or [::1]:0");
  into.host = parsed->host;
  into.port = parsed->port;
}

void read_log(const yaml::reader& at, log_settings& into) {
  at.expect_keys({"format", "level"});
  if (const auto format = at.get("format"))
    if (const auto index = format->one_of({"text", "json"})) into.json = *index == 1;
  constexpr std::array<std::string_view, 4> levels{"debug", "info", "warning", "error"};
  if (const auto level = at.get("level"))
    if (const auto index = level->one_of(levels)) into.level = levels[*index];
}

}  // namespace leadrelay::config
