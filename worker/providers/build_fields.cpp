#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "providers/check_value.hpp"
#include "providers/request_builder.hpp"
#include "providers/vocabulary.hpp"

// How the members of `changes`, `snapshot` and `native` find their places in the body.
namespace leadrelay::providers {
namespace {

using enum origin_of_value;

/// Which children of a node have been seen, to refuse a member that stands twice: providers differ in which of the two they take.
class seen_children {
 public:
  explicit seen_children(std::size_t count) : seen_(count, false) {}
  bool insert(std::size_t index) { return !std::exchange(seen_[index], true); }

 private:
  boost::container::small_vector<bool, 64> seen_;
};

/// Members that the definition does not list have no index, and may be many.
bool has_unlisted_twice(const json::value& object, const body_node& node) {
  std::vector<std::string_view> names;
  for (const auto& member : object.GetObject())
    if (!find_child(node, json::text(member.name))) names.push_back(json::text(member.name));
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) != names.end();
}

}  // namespace

std::string dotted(const name_link* link) {
  if (!link) return {};
  std::string out = dotted(link->above);
  if (!out.empty()) out += '.';
  return out + printable(link->name);
}

bool request_builder::fail(reason why, std::string detail) {
  problem_ = {why, printable(detail, detail.size())};  // a definition's title and words may hold anything
  return false;
}

bool request_builder::invalid(const std::string& name, std::string_view what) {
  return fail(reason::invalid_field, name + ": " + std::string(what));
}

std::string_view request_builder::prefix(origin_of_value from) noexcept {
  switch (from) {
    case native: return "native.";
    case snapshot: return "snapshot.";
    default: return "";
  }
}

std::string request_builder::name_of(const field& of, origin_of_value from) const {
  if (from != native && !of.canonical.empty()) return std::string(prefix(from)) + of.canonical;
  std::string dots = of.pointer.empty() ? of.pointer : of.pointer.substr(1);
  std::ranges::replace(dots, '/', '.');
  return "native." + dots;
}

bool request_builder::unmapped(const std::string& name) {
  std::string detail = name + ": " + rules_.title;
  if (find_canonical(name)) return fail(reason::unmapped_field, detail + " has no place for it; the account may list it under `ignore`");
  std::vector<std::string_view> known;
  for (const field& each : rules_.fields)
    if (!each.canonical.empty()) known.push_back(each.canonical);
  const auto meant = did_you_mean(std::string_view(name).substr(0, 64), known);
  return fail(reason::unmapped_field, detail + " has no such field" + (meant ? ", did you mean `" + std::string(*meant) + "`?" : ""));
}

bool request_builder::unmapped_native(const name_link& link, const body_node& node) {
  std::vector<std::string_view> known;
  if (!node.is_array)
    for (const body_node& each : node.children) known.push_back(each.name);
  const auto meant = did_you_mean(link.name.substr(0, 64), known);
  return fail(reason::unmapped_field,
              dotted(&link) + ": " + rules_.title + " has no such field" + (meant ? ", did you mean `" + std::string(*meant) + "`?" : ""));
}

bool request_builder::take_changes() { return !change_.changes || walk(*change_.changes, rules_.vocabulary, changes, nullptr); }

bool request_builder::walk(const json::value& object, const canonical_node& node, origin_of_value from, const name_link* above) {
  seen_children seen(node.children.size());
  for (const auto& member : object.GetObject()) {
    const name_link link{above, json::text(member.name)};
    const canonical_node* child = find_child(node, link.name);
    if (!child) {
      if (from == changes && !pass_over(member.value, link)) return false;
      continue;
    }
    if (!seen.insert(static_cast<std::size_t>(child - node.children.data())))
      return invalid(std::string(prefix(from)) + dotted(&link), "stands twice");
    if (!take(member.value, *child, from, link)) return false;
  }
  return true;
}

bool request_builder::take(const json::value& value, const canonical_node& node, origin_of_value from, const name_link& link) {
  if (value.IsNull()) return from == snapshot || clear_below(node);
  if (value.IsObject() && !node.children.empty()) return walk(value, node, from, &link);
  if (node.field >= 0) return fill(node.field, value, from);
  if (from == snapshot && !rules_.replaces) return true;
  return invalid(std::string(prefix(from)) + dotted(&link), std::string(json::kind(value)) + ", expected an object");
}

bool request_builder::pass_over(const json::value& value, const name_link& link) {
  const std::string name = dotted(&link);
  if (tables_.ignores(name)) return ignored_any_ = true;
  const auto part = std::lower_bound(tables_.ignored.begin(), tables_.ignored.end(), name + ".");
  const bool part_ignored = part != tables_.ignored.end() && part->starts_with(name + ".");
  if (!part_ignored || !value.IsObject() || value.ObjectEmpty()) return unmapped(name);
  for (const auto& member : value.GetObject())
    if (const name_link below{&link, json::text(member.name)}; !pass_over(member.value, below)) return false;
  return true;
}

bool request_builder::clear_below(const canonical_node& node) {
  if (node.field >= 0 && !clear(node.field, changes)) return false;
  return std::ranges::all_of(node.children, [this](const canonical_node& child) { return clear_below(child); });
}

bool request_builder::clear(int field_index, origin_of_value from) {
  const field& of = rules_.fields[static_cast<std::size_t>(field_index)];
  slot made{nullptr, 0, 0, field_index, slot::content::null, from};
  std::string_view why;
  if (of.appends) why = "cannot be cleared, as it is appended to what is there";
  if (tables_.leaves[static_cast<std::size_t>(of.leaf)].required == required::always) why = "cannot be cleared, as it is always required";
  switch (tables_.clear[static_cast<std::size_t>(field_index)]) {
    case clear_as::null: break;
    case clear_as::omit:
      made.is = slot::content::left_out;
      if (!rules_.replaces) why = "cannot be cleared by leaving it out, as what is left out stays unchanged";
      break;
    case clear_as::empty:
      made = slots_.with_text(field_index, from, "\"\"");
      if (check_value(of.rule, json::value(""))) why = "cannot be cleared, as it may not be an empty string";
      break;
    case clear_as::refuse: why = "cannot be cleared, as the provider does not say how; the account may set `clear`"; break;
  }
  if (!why.empty()) return invalid(name_of(of, from), why);
  return put(made);
}

bool request_builder::fill(int field_index, const json::value& value, origin_of_value from) {
  const field& of = rules_.fields[static_cast<std::size_t>(field_index)];
  if (from == snapshot && !wants(of)) return true;
  if (!of.join.empty() && value.IsObject() && from != native) return fill_joined(field_index, value, from);
  if (const auto wrong = check_value(of.rule, value, change_.numbers)) return invalid(name_of(of, from), *wrong);
  const auto converted = convert_value(of.rule, value, change_.numbers);
  return put(converted ? slots_.with_text(field_index, from, *converted) : slots_.with_value(field_index, from, value));
}

bool request_builder::fill_joined(int field_index, const json::value& value, origin_of_value from) {
  const field& of = rules_.fields[static_cast<std::size_t>(field_index)];
  const json::value* rest = from == changes && change_.snapshot ? find_dotted(*change_.snapshot, of.canonical) : nullptr;
  const auto joined = join_parts(of, value, rest);
  if (!joined) return fail(joined.error().reason, std::string(prefix(from)) + joined.error().detail);
  if (joined->empty()) return from == snapshot || value.ObjectEmpty() || clear(field_index, from);
  if (const auto wrong = check_value(of.rule, json::value(rapidjson::StringRef(joined->data(), joined->size()))))
    return invalid(name_of(of, from), *wrong);
  std::string quoted;
  json::append_quoted(quoted, *joined);
  return put(slots_.with_text(field_index, from, quoted));
}

const json::value* request_builder::find_dotted(const json::value& object, std::string_view name) {
  const std::size_t dot = name.find('.');
  const json::value* found = json::find(object, name.substr(0, dot));
  if (dot == std::string_view::npos || !found) return found;
  return found->IsObject() ? find_dotted(*found, name.substr(dot + 1)) : nullptr;
}

bool request_builder::wants(const field& of) const {
  const slot& there = slots_[of.leaf];
  if (of.appends || (there.filled() && there.from != snapshot)) return false;
  return rules_.replaces || tables_.leaves[static_cast<std::size_t>(of.leaf)].required != required::no || is_companion(of.leaf);
}

bool request_builder::is_companion(int leaf) const {
  return std::ranges::any_of(tables_.companions, [&](int index) {
    const field& each = rules_.fields[static_cast<std::size_t>(index)];
    return slots_[each.leaf].says_something() && rules_.fields[static_cast<std::size_t>(each.only_with->field)].leaf == leaf;
  });
}

bool request_builder::put(const slot& made) {
  const field& of = rules_.fields[static_cast<std::size_t>(made.field)];
  slot& there = slots_[of.leaf];
  if (there.filled() && there.from == made.from && !slots_.same(there, made)) {
    const field& other = rules_.fields[static_cast<std::size_t>(there.field)];
    return invalid(name_of(other, made.from) + " and " + name_of(of, made.from), "differ, yet are the same field of " + rules_.title);
  }
  there = made;
  appends_ = appends_ || of.appends;
  return true;
}

bool request_builder::has_native() const noexcept { return change_.native && !change_.native->ObjectEmpty(); }

bool request_builder::take_native() {
  const name_link root{nullptr, "native"};
  return !has_native() || walk_native(*change_.native, rules_.body, root);
}

bool request_builder::walk_native(const json::value& object, const body_node& node, const name_link& above) {
  seen_children seen(node.children.size());
  bool unlisted = false;
  for (const auto& member : object.GetObject()) {
    const name_link link{&above, json::text(member.name)};
    const body_node* child = find_child(node, link.name);
    if (!child && !node.open) return unmapped_native(link, node);
    unlisted = unlisted || !child;
    if (!child) continue;
    if (!seen.insert(static_cast<std::size_t>(child - node.children.data()))) return invalid(dotted(&link), "stands twice");
    if (!take_native(member.value, *child, link)) return false;
  }
  if (unlisted && has_unlisted_twice(object, node)) return invalid(dotted(&above), "a member stands twice");
  if (unlisted) slots_.add_unlisted(node, object);
  return true;
}

bool request_builder::walk_native_items(const json::value& list, const body_node& node, const name_link& above) {
  for (rapidjson::SizeType index = 0; index < list.Size(); ++index) {
    const std::string name = std::to_string(index);
    const name_link link{&above, name};
    if (index >= node.children.size()) return unmapped_native(link, node);
    if (!take_native(list[index], node.children[index], link)) return false;
  }
  return true;
}

bool request_builder::take_native(const json::value& value, const body_node& node, const name_link& link) {
  if (value.IsNull()) return clear_native(node, link);
  if (node.leaf < 0) {
    if (node.is_array && value.IsArray()) return walk_native_items(value, node, link);
    if (!node.is_array && value.IsObject()) return walk_native(value, node, link);
    return invalid(dotted(&link), std::string(json::kind(value)) + ", expected " + (node.is_array ? "an array" : "an object"));
  }
  if (node.field >= 0) return fill(node.field, value, native);
  if (!value.IsString()) return invalid(dotted(&link), std::string(json::kind(value)) + ", expected a string");
  slots_[node.leaf] = slots_.with_value(-1, native, value);
  return true;
}

bool request_builder::clear_native(const body_node& node, const name_link& link) {
  if (node.field >= 0) return clear(node.field, native);
  if (node.leaf >= 0) return invalid(dotted(&link), "identifies the lead and cannot be cleared");
  return std::ranges::all_of(node.children, [&](const body_node& child) { return clear_native(child, link); });
}

outcome<std::string> join_parts(const field& of, const json::value& given, const json::value* rest) {
  for (const auto& member : given.GetObject()) {
    const std::string name = of.canonical + "." + printable(json::text(member.name));
    if (std::ranges::find(of.join, json::text(member.name)) == of.join.end())
      return problem{reason::unmapped_field, name + ": no part of " + of.canonical};
    if (!member.value.IsString() && !member.value.IsNull())
      return problem{reason::invalid_field, name + ": " + std::string(json::kind(member.value)) + ", expected a string"};
  }
  std::string out;
  for (const std::string& part : of.join) {
    const json::value* value = json::find(given, part);
    if (!value && rest && rest->IsObject()) value = json::find(*rest, part);
    if (!value || !value->IsString() || value->GetStringLength() == 0) continue;
    if (!out.empty()) out += of.separator;
    out += json::text(*value);
  }
  return out;
}

}  // namespace leadrelay::providers
