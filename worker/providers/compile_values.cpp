#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "providers/compile_parts.hpp"

namespace leadrelay::providers::compiling {
namespace {

constexpr std::array<std::string_view, 7> type_words{"string", "number", "integer", "boolean", "object", "list", "numeric_string"};
constexpr std::array<unsigned, 7> type_kinds{takes_string, takes_number, takes_number, takes_boolean, takes_object, takes_list,
                                             takes_numeric_string};
constexpr std::size_t integer_word = 2;

void read_type_words(const yaml::reader& at, value_rule& out) {
  out.kinds = 0;
  const auto read_word = [&](const yaml::reader& item) {
    const auto word = item.one_of(type_words);
    if (!word) return;
    if (*word == integer_word) out.whole_number = true;
    if (out.kinds & type_kinds[*word]) item.fail("says the same as a type before it, keep one");
    out.kinds |= type_kinds[*word];
  };
  if (!at.is_list()) {
    read_word(at);
    return;
  }
  at.each_item([&](std::size_t, const yaml::reader& item) { read_word(item); });
  if (at.node().size() == 0) at.fail("is empty, expected a type such as string");
}

template <class T>
std::optional<T> number_of(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(static_cast<double>(value))) return std::nullopt;
  return value;
}

/// `1..50`, `..255` or `3..`.
template <class T>
void read_bounds(const yaml::reader& at, std::optional<T>& least, std::optional<T>& most) {
  const auto text = at.text();
  if (!text) return;
  const std::size_t dots = text->find("..");
  if (dots != std::string::npos) {
    const std::string_view low = std::string_view(*text).substr(0, dots);
    const std::string_view high = std::string_view(*text).substr(dots + 2);
    least = number_of<T>(low);
    most = number_of<T>(high);
    const bool sides = (low.empty() || least) && (high.empty() || most) && (least || most);
    if (sides && !(least && most && *least > *most)) return;
  }
  at.fail("expected a least and a most with `..` between them, such as 1..50, ..255 or 3..");
}

void read_element_rule(const yaml::reader& at, std::string_view key, value_rule& out) {
  if (const auto items = at.get("items"); key == "items" && items) {
    if (!(out.kinds & takes_list)) items->fail("goes with type list alone");
    if (const auto word = items->one_of({"any", "string", "pair_of_strings"})) out.elements = static_cast<element_rule>(*word);
  }
  if (const auto values = at.get("values"); key == "values" && values) {
    if (!(out.kinds & takes_object)) values->fail("goes with type object alone");
    if (const auto word = values->one_of({"any", "string"})) out.elements = static_cast<element_rule>(*word);
  }
}

void read_enum(const yaml::reader& at, value_rule& out) {
  if (!at.expect_list()) return;
  at.each_item([&](std::size_t, const yaml::reader& item) {
    auto word = item.text();
    if (!word) return;
    if (std::find(out.one_of.begin(), out.one_of.end(), *word) != out.one_of.end()) item.fail("stands twice");
    out.one_of.push_back(std::move(*word));
  });
  if (at.node().size() == 0) at.fail("is empty, expected the texts that the provider takes");
}

/// Reports `key` where it stands though its type is not among the field's.
void expect_type(const yaml::reader& at, std::string_view key, unsigned needed, std::string_view name, const value_rule& rule) {
  const auto found = at.get(key);
  if (found && !(rule.kinds & needed)) found->fail("goes with type " + std::string(name) + " alone");
}

}  // namespace

value_rule read_value_rule(const yaml::reader& at) {
  value_rule out;
  if (const auto type = at.get("type")) read_type_words(*type, out);
  expect_type(at, "characters", takes_string, "string", out);
  expect_type(at, "enum", takes_string, "string", out);
  expect_type(at, "format", takes_string, "string", out);
  expect_type(at, "range", takes_number | takes_numeric_string, "number", out);
  if (const auto key = at.get("characters")) read_bounds(*key, out.least_characters, out.most_characters);
  if (const auto key = at.get("range")) read_bounds(*key, out.least, out.most);
  if (const auto key = at.get("json_bytes")) out.most_json_bytes = key->bytes(1, 1 << 20);
  if (const auto key = at.get("enum")) read_enum(*key, out);
  if (const auto key = at.get("format"))
    if (const auto word = key->one_of({"email", "uuid", "date", "date_time"})) out.format = static_cast<text_format>(*word + 1);
  if (at.get("items") && at.get("values")) at.get("values")->fail("stands beside `items`, one of them is meant");
  read_element_rule(at, "items", out);
  read_element_rule(at, "values", out);
  return out;
}

}  // namespace leadrelay::providers::compiling
