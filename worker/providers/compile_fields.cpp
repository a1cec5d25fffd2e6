#include <algorithm>

#include "base/text.hpp"
#include "providers/compile_parts.hpp"

namespace leadrelay::providers::compiling {
namespace {

using field_reader = std::pair<int, yaml::reader>;

bool is_canonical_name(std::string_view name) noexcept {
  if (name.empty() || name.front() == '.' || name.back() == '.' || name.find("..") != std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; });
}

/// What fields by canonical name and those that only `native` says have in common.
field read_common(const yaml::reader& at) {
  field out;
  out.rule = read_value_rule(at);
  if (const auto key = at.get("append")) out.appends = key->boolean().value_or(false);
  if (const auto key = at.get("sensitive")) out.sensitive = key->boolean().value_or(false);
  if (const auto key = at.get("required")) {
    if (const auto word = key->one_of({"no", "if_known", "always"})) out.required = static_cast<providers::required>(*word);
    if (out.appends && out.required != required::no) key->fail("a field that appends cannot be required, it would be appended each time");
  }
  return out;
}

void read_join(const yaml::reader& at, field& out) {
  const auto join = at.get("join");
  const auto separator = at.get("separator");
  if (separator && !join) separator->fail("goes with `join` alone");
  if (!join) return;
  if (!(out.rule.kinds & takes_string) || (out.rule.kinds & takes_object)) join->fail("goes with type string alone");
  out.join = join->texts();
  if (join->is_list() && join->node().size() == 0) join->fail("is empty, expected the members of the object in the order they are joined");
  out.separator = ", ";
  if (separator) out.separator = separator->text().value_or("");
}

void read_convert(const yaml::reader& at, field& out) {
  const auto key = at.get("convert");
  if (!key) return;
  out.rule.converts = key->boolean().value_or(false);
  if (out.rule.kinds != takes_string && out.rule.kinds != takes_number) key->fail("goes with type string or number alone");
}

constexpr std::string_view field_keys[] = {"to",     "type",     "characters", "range",  "json_bytes", "enum",     "format",
                                           "values", "items",    "required",   "append", "sensitive",  "clear",    "only_with",
                                           "join",   "separator", "convert"};

void read_field(const std::string& name, const yaml::reader& key, const yaml::reader& at, definition::parts& out,
                std::vector<body_entry>& body) {
  if (!is_canonical_name(name)) key.fail("expected small letters, digits and `_`, with dots between, such as phone.number");
  if (!at.is_map()) {
    at.expect_map();
    return;
  }
  at.expect_keys(field_keys);
  field made = read_common(at);
  made.canonical = name;
  read_join(at, made);
  read_convert(at, made);
  if (const auto clear = at.get("clear")) {
    made.clear = read_clear(*clear, out.replaces);
    if (made.appends || made.required == required::always) clear->fail("a field that appends or is always required cannot be cleared");
  }
  const auto to = at.require("to");
  if (auto place = to ? read_place(*to) : std::nullopt) {
    made.pointer = place->pointer;
    body.push_back({std::move(*place), static_cast<int>(out.fields.size()), no_identifier, *to});
  }
  out.fields.push_back(std::move(made));
}

int find_field(const definition::parts& in, std::string_view canonical) noexcept {
  for (std::size_t index = 0; index < in.fields.size(); ++index)
    if (in.fields[index].canonical == canonical) return static_cast<int>(index);
  return -1;
}

std::string unknown_field(const definition::parts& in) { return in.fields.empty() ? "" : ", expected one of `fields`"; }

void read_only_with(int index, const yaml::reader& at, definition::parts& out) {
  if (!at.expect_map()) return;
  if (at.node().size() != 1) {
    at.fail("expected one field and its value, such as { status: lost }");
    return;
  }
  at.each_member([&](const std::string& name, const yaml::reader& key, const yaml::reader& value) {
    const int other = find_field(out, name);
    if (other < 0 || other == index) {
      std::vector<std::string_view> names;
      for (const field& one : out.fields)
        if (one.canonical != out.fields[static_cast<std::size_t>(index)].canonical) names.push_back(one.canonical);
      const auto meant = did_you_mean(name, names);
      key.fail("is no other field" + (meant ? ", did you mean `" + std::string(*meant) + "`?" : unknown_field(out)));
      return;
    }
    const value_rule& rule = out.fields[static_cast<std::size_t>(other)].rule;
    const auto text = value.text();
    if (!text) return;
    if (!(rule.kinds & takes_string)) key.fail("takes no text, so that it cannot be compared with one");
    if (!rule.one_of.empty() && std::find(rule.one_of.begin(), rule.one_of.end(), *text) == rule.one_of.end())
      value.fail("is not in the `enum` of `" + name + "`");
    out.fields[static_cast<std::size_t>(index)].only_with = only_with{other, *text};
  });
}

}  // namespace

void read_fields(const yaml::reader& root, definition::parts& out, std::vector<body_entry>& body) {
  const auto fields = root.require("fields");
  if (!fields || !fields->is_map()) {
    if (fields) fields->expect_map();
    return;
  }
  fields->expect_map();  // says which names stand twice
  std::vector<field_reader> conditions;
  fields->each_member([&](const std::string& name, const yaml::reader& key, const yaml::reader& value) {
    const std::size_t before = out.fields.size();
    read_field(name, key, value, out, body);
    if (const auto at = value.get("only_with"); at && out.fields.size() > before) conditions.emplace_back(static_cast<int>(before), *at);
  });
  if (out.fields.empty()) fields->fail("is empty, expected the fields that the provider takes");
  for (const auto& [index, at] : conditions) read_only_with(index, at, out);
  build_vocabulary(*fields, out);
}

void read_native(const yaml::reader& root, definition::parts& out, std::vector<body_entry>& body) {
  const auto native = root.get("native");
  if (!native || !native->is_map()) {
    if (native) native->expect_map();
    return;
  }
  native->expect_map();
  native->each_member([&](const std::string& pointer, const yaml::reader& key, const yaml::reader& at) {
    if (!at.is_map()) {
      at.expect_map();
      return;
    }
    at.expect_keys({"type", "characters", "range", "json_bytes", "enum", "format", "values", "items", "required", "append", "sensitive"});
    field made = read_common(at);
    if (auto place = read_place(key, pointer)) {
      made.pointer = place->pointer;
      body.push_back({std::move(*place), static_cast<int>(out.fields.size()), no_identifier, key});
    }
    out.fields.push_back(std::move(made));
  });
}

}  // namespace leadrelay::providers::compiling
