#include <algorithm>

#include "base/json.hpp"
#include "providers/compile_parts.hpp"
#include "providers/place.hpp"

namespace leadrelay::providers::compiling {
namespace {

bool is_value(const body_node& node) noexcept { return node.field >= 0 || node.holds != no_identifier; }

body_node* find_child(body_node& parent, std::string_view name) noexcept {
  for (body_node& child : parent.children)
    if (child.name == name) return &child;
  return nullptr;
}

body_node* find_node(body_node& root, const json_place& at) noexcept {
  body_node* node = &root;
  for (const std::string& name : at.names)
    if (node = find_child(*node, name); node == nullptr) return nullptr;
  return node;
}

/// The child of that name, made where there is none; null after an issue.
body_node* step_into(body_node& parent, const std::string& name, const body_entry& entry) {
  if (is_value(parent)) {
    entry.where.fail("`" + entry.at.pointer + "` lies inside `" + parent.name + "`, which holds a value of its own");
    return nullptr;
  }
  const bool is_item = array_index(name).has_value();
  if (parent.children.empty()) parent.is_array = is_item;
  if (parent.is_array != is_item) {
    entry.where.fail("`" + entry.at.pointer + "` makes one place both a list and an object: `" + name + "` stands beside `" +
                     parent.children.front().name + "`");
    return nullptr;
  }
  if (body_node* found = find_child(parent, name)) return found;
  parent.children.emplace_back().name = name;
  return &parent.children.back();
}

const field& first_field(const body_node& node, const definition::parts& in) { return in.fields[static_cast<std::size_t>(node.field)]; }

/// Makes `node` the entry's leaf, or lets the entry share it.
void settle(body_node& node, const body_entry& entry, const definition::parts& out) {
  const auto& fields = out.fields;
  const auto number = static_cast<std::size_t>(entry.field);
  if (!node.children.empty()) {
    entry.where.fail("`" + entry.at.pointer + "` is an object or a list, other places lie inside it");
  } else if (entry.field < 0) {
    if (node.holds != no_identifier) entry.where.fail("`" + entry.at.pointer + "` holds another identifier already");
    node.holds = entry.holds;
  } else if (node.field < 0) {
    node.field = entry.field;
  } else if (fields[number].canonical.empty()) {
    if (first_field(node, out).canonical.empty()) return;  // the same key twice, said already
    entry.where.fail("is the place of `" + first_field(node, out).canonical + "`, which an event's `native` can say anyway, leave it out");
  } else if (fields[number].appends != first_field(node, out).appends) {
    entry.where.fail("shares `" + entry.at.pointer + "` with `" + first_field(node, out).canonical + "`, and only one of them appends");
  }
}

void insert(body_node& root, const body_entry& entry, const definition::parts& out) {
  if (array_index(entry.at.names.front())) {
    entry.where.fail("`" + entry.at.pointer + "` makes the body a list, expected a name after the first `/`");
    return;
  }
  body_node* node = &root;
  for (const std::string& name : entry.at.names)
    if (node = step_into(*node, name, entry); node == nullptr) return;
  settle(*node, entry, out);
}

/// The items of a list bear different numbers, so that they follow each other from 0 when none reaches their count.
void check_items(body_node& root, const body_entry& entry) {
  body_node* node = &root;
  for (const std::string& name : entry.at.names) {
    const auto index = node->is_array ? array_index(name) : std::nullopt;
    if (index && *index >= node->children.size()) {
      entry.where.fail("`" + entry.at.pointer + "` leaves out items of the list before it, expected numbers that follow each other from 0");
      return;
    }
    if (node = find_child(*node, name); node == nullptr) return;
  }
}

void read_open(const yaml::reader& at, body_node& root) {
  if (!at.expect_list()) return;
  at.each_item([&](std::size_t, const yaml::reader& item) {
    const auto place = read_place(item);
    if (!place) return;
    body_node* node = find_node(root, *place);
    if (node == nullptr || is_value(*node) || node->is_array) {
      item.fail("is no object that fields lie in; a free object is a field of type object");
    } else if (node->open) {
      item.fail("stands twice");
    } else {
      node->open = true;
    }
  });
}

void number_leaves(body_node& node, int& leaves) {
  if (is_value(node)) node.leaf = leaves++;
  if (node.is_array)
    std::sort(node.children.begin(), node.children.end(),
              [](const body_node& a, const body_node& b) { return array_index(a.name) < array_index(b.name); });
  for (body_node& child : node.children) number_leaves(child, leaves);
}

void name_members(body_node& node) {
  for (body_node& child : node.children) {
    name_members(child);
    if (node.is_array) {
      child.name.clear();
    } else {
      json::append_quoted(child.quoted_name, child.name);
      child.quoted_name += ':';
    }
  }
}

canonical_node& canonical_child(canonical_node& parent, std::string_view name) {
  const auto at = std::lower_bound(parent.children.begin(), parent.children.end(), name,
                                   [](const canonical_node& node, std::string_view word) { return node.name < word; });
  if (at != parent.children.end() && at->name == name) return *at;
  return *parent.children.insert(at, canonical_node{std::string(name), -1, {}});
}

void add_canonical(canonical_node& root, std::string_view dotted, int field) {
  canonical_node* node = &root;
  while (true) {
    const std::size_t dot = dotted.find('.');
    node = &canonical_child(*node, dotted.substr(0, dot));
    if (dot == std::string_view::npos) break;
    dotted.remove_prefix(dot + 1);
  }
  node->field = field;
}

/// A canonical object is either one field's or split into fields of its own.
void check_canonical(const canonical_node& node, const definition::parts& in, const yaml::reader& fields) {
  const field* own = node.field >= 0 ? &in.fields[static_cast<std::size_t>(node.field)] : nullptr;
  if (own && !node.children.empty() && (!own->join.empty() || (own->rule.kinds & takes_object)))
    fields.get(own->canonical)
        ->fail("takes an object whole, so that `" + own->canonical + "." + node.children.front().name + "` cannot be a field of its own");
  for (const canonical_node& child : node.children) check_canonical(child, in, fields);
}

}  // namespace

void build_body(const yaml::reader& root, definition::parts& out, const std::vector<body_entry>& entries) {
  for (const body_entry& entry : entries) insert(out.body, entry, out);
  for (const body_entry& entry : entries) check_items(out.body, entry);
  if (const auto open = root.get("open")) read_open(*open, out.body);
  number_leaves(out.body, out.leaves);
  for (const body_entry& entry : entries)
    if (const body_node* node = find_node(out.body, entry.at); node && entry.field >= 0)
      out.fields[static_cast<std::size_t>(entry.field)].leaf = node->leaf;
  name_members(out.body);
}

void build_vocabulary(const yaml::reader& fields, definition::parts& out) {
  for (std::size_t index = 0; index < out.fields.size(); ++index)
    add_canonical(out.vocabulary, out.fields[index].canonical, static_cast<int>(index));
  check_canonical(out.vocabulary, out, fields);
}

}  // namespace leadrelay::providers::compiling
