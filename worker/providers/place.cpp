#include "providers/place.hpp"

#include <charconv>

#include "base/text.hpp"

namespace leadrelay::providers {
namespace {

constexpr std::size_t most_names = 32;

problem wrong(std::string_view pointer, std::string_view what) {
  return {reason::invalid_field, "`" + printable(pointer) + "` is no JSON pointer: " + std::string(what)};
}

/// One name with `~1` and `~0` read back, or nothing where a `~` stands alone.
std::optional<std::string> unescape(std::string_view escaped) {
  std::string name;
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    if (escaped[at] != '~') {
      name += escaped[at];
      continue;
    }
    ++at;
    if (at == escaped.size() || (escaped[at] != '0' && escaped[at] != '1')) return std::nullopt;
    name += escaped[at] == '0' ? '~' : '/';
  }
  return name;
}

}  // namespace

outcome<json_place> parse_place(std::string_view pointer) {
  json_place place{std::string(pointer), {}};
  if (pointer.empty()) return place;
  if (pointer[0] != '/') return wrong(pointer, "expected `/` at its start, such as `/phone/number`");
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view escaped = pointer.substr(0, pointer.find('/'));
    if (escaped.empty()) return wrong(place.pointer, "expected a name after each `/`");
    auto name = unescape(escaped);
    if (!name) return wrong(place.pointer, "expected `0` or `1` after `~`, where `~0` is `~` and `~1` is `/`");
    place.names.push_back(std::move(*name));
    pointer.remove_prefix(escaped.size());
  }
  if (place.names.size() > most_names) return wrong(place.pointer, "expected at most " + std::to_string(most_names) + " names");
  return place;
}

const json::value* find(const json::value& root, const json_place& at) noexcept {
  const json::value* value = &root;
  for (const std::string& name : at.names) {
    if (value->IsObject()) {
      value = json::find(*value, name);
    } else if (const auto index = value->IsArray() ? array_index(name) : std::nullopt; index && *index < value->Size()) {
      value = &(*value)[static_cast<rapidjson::SizeType>(*index)];
    } else {
      return nullptr;
    }
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::optional<std::size_t> array_index(std::string_view name) noexcept {
  if (name.empty() || name.size() > 9 || (name.size() > 1 && name[0] == '0')) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  return error == std::errc{} && end == name.data() + name.size() ? std::optional{index} : std::nullopt;
}

}  // namespace leadrelay::providers
