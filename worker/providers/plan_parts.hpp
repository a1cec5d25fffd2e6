#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/definition_parts.hpp"
#include "providers/plan.hpp"

/// What a plan holds ready. Written by plan.cpp, walked by build.cpp and mask.cpp.
namespace leadrelay::providers {

/// What the account makes of one leaf of the body.
struct leaf_plan {
  providers::required required = providers::required::no;
  int required_field = -1;   ///< the field that `required` is said of
  std::string default_json;  ///< compact JSON; empty: none

  friend auto operator<=>(const leaf_plan&, const leaf_plan&) = default;
};

/// What an account makes of its definition's fields. Accounts that make the same of them share it.
struct plan_tables {
  std::vector<clear_as> clear;    ///< by field
  std::vector<leaf_plan> leaves;  ///< by leaf
  std::vector<int> companions;    ///< fields that are `only_with` another
  std::vector<std::pair<identifier, int>> identifier_leaves;
  std::vector<std::string> ignored;  ///< sorted

  friend auto operator<=>(const plan_tables&, const plan_tables&) = default;

  /// Whether the account ignores `name` or an object that it is part of.
  bool ignores(std::string_view name) const noexcept {
    for (std::size_t end = name.size(); end != std::string_view::npos; end = end == 0 ? std::string_view::npos : name.rfind('.', end - 1))
      if (std::binary_search(ignored.begin(), ignored.end(), name.substr(0, end))) return true;
    return false;
  }
};

struct plan::parts {
  // What each request needs first.
  std::shared_ptr<const providers::definition> of;
  std::shared_ptr<const plan_tables> tables;
  std::string path_prefix;  ///< the base URL's own path, without a trailing slash
  std::string base_url;
  account_settings settings;

  const definition::parts& rules() const noexcept { return of->inside(); }
};

/// The child of that name, or null. Children are sorted by name.
inline const canonical_node* find_child(const canonical_node& node, std::string_view name) noexcept {
  const auto at = std::lower_bound(node.children.begin(), node.children.end(), name,
                                   [](const canonical_node& child, std::string_view wanted) { return child.name < wanted; });
  return at != node.children.end() && at->name == name ? &*at : nullptr;
}

/// The child of that name, or null. Children stand in the order they are written.
inline const body_node* find_child(const body_node& node, std::string_view name) noexcept {
  for (const body_node& child : node.children)
    if (child.name == name) return &child;
  return nullptr;
}

/// The text that a canonical object of parts becomes: `12 Main St, Springfield`. A part that `given` lacks is taken from `rest`, so that
/// naming one part does not erase the others. Problems: an unknown part, a part that is no text. Empty where there is nothing to join.
outcome<std::string> join_parts(const field& of, const json::value& given, const json::value* rest);

}  // namespace leadrelay::providers
