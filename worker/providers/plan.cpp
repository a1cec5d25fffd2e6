#include "providers/plan.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/origin.hpp"
#include "base/text.hpp"
#include "providers/append_json.hpp"
#include "providers/check_value.hpp"
#include "providers/definition_parts.hpp"
#include "providers/plan_parts.hpp"
#include "providers/vocabulary.hpp"

namespace leadrelay::providers {
namespace {

std::string meant(std::string_view word, std::span<const std::string_view> known) {
  const auto near = did_you_mean(word.substr(0, 64), known);
  return near ? ", did you mean `" + std::string(*near) + "`?" : "";
}

/// Checks an account's settings against the definition and writes what they make of it. Every problem is reported, none ends the look.
class planner {
 public:
  planner(plan::parts& into, plan_tables& tables, const yaml::reader& at) : into_(into), tables_(tables), rules_(into.rules()), at_(at) {}

  bool run() {
    take_base_url();
    prepare_leaves();
    take_clear();
    take_ignore();
    take_require();
    for (const auto& [name, value] : into_.settings.defaults) take_default(name, value);
    return good_;
  }

 private:
  /// The node of a setting, or of the account where the settings were not read from it.
  yaml::reader node(std::string_view key) const { return at_.get(key).value_or(at_); }

  void fail(const yaml::reader& at, const std::string& what) {
    at.fail(what);
    good_ = false;
  }

  void take_base_url() {
    into_.base_url = into_.settings.base_url.value_or(rules_.base_url);
    while (into_.base_url.ends_with('/')) into_.base_url.pop_back();
    const auto parsed = parse_origin(into_.base_url);
    if (!parsed) return fail(node("base_url"), parsed.error().detail);
    into_.path_prefix = parsed->path_prefix;
  }

  void prepare_leaves() {
    tables_.leaves.resize(static_cast<std::size_t>(rules_.leaves));
    for (std::size_t index = 0; index < rules_.fields.size(); ++index) {
      const field& of = rules_.fields[index];
      tables_.clear.push_back(of.clear.value_or(into_.settings.clear.value_or(rules_.clear)));
      require(static_cast<int>(index), of.required);
      if (of.only_with) tables_.companions.push_back(static_cast<int>(index));
    }
    find_identifiers(rules_.body);
  }

  void require(int field_index, required how) {
    leaf_plan& leaf = leaf_of(field_index);
    if (how <= leaf.required) return;
    leaf.required = how;
    leaf.required_field = field_index;
  }

  leaf_plan& leaf_of(int field_index) {
    return tables_.leaves[static_cast<std::size_t>(rules_.fields[static_cast<std::size_t>(field_index)].leaf)];
  }

  void find_identifiers(const body_node& node) {
    if (node.leaf >= 0 && node.holds != no_identifier) tables_.identifier_leaves.emplace_back(node.holds, node.leaf);
    for (const body_node& child : node.children) find_identifiers(child);
  }

  void take_clear() {
    if (into_.settings.clear == clear_as::omit && !rules_.replaces)
      fail(node("clear"), "omit leaves a cleared field unchanged, as " + rules_.title +
                              "'s request does not replace the lead; expected null, empty or refuse");
  }

  void take_ignore() {
    for (const std::string& name : into_.settings.ignore) {
      if (!find_canonical(name) && !says(name))
        fail(item("ignore", name), "`" + name + "` is no canonical field" + meant(name, canonical()));
      tables_.ignored.push_back(name);
    }
    std::ranges::sort(tables_.ignored);
  }

  void take_require() {
    for (const std::string& name : into_.settings.require) {
      const auto at = std::ranges::find_if(rules_.fields, [&](const field& each) { return !name.empty() && each.canonical == name; });
      if (at == rules_.fields.end()) {
        fail(item("require", name), "`" + name + "` is " +
                                        (says(name) ? "an object, name one of its parts" : "no field of " + rules_.title) +
                                        meant(name, known_fields()));
      } else {
        require(static_cast<int>(at - rules_.fields.begin()), required::always);
      }
    }
  }

  /// The item of a list of names. A reader is never assigned to: that would change the YAML itself.
  yaml::reader item(std::string_view key, const std::string& text) const {
    const yaml::reader list = node(key);
    std::optional<yaml::reader> found;
    if (list.is_list())
      list.each_item([&](std::size_t, const yaml::reader& each) {
        if (!found && each.is_scalar() && each.node().Scalar() == text) found.emplace(each);
      });
    return found ? *found : list;
  }

  static std::vector<std::string_view> canonical() {
    std::vector<std::string_view> out;
    for (const canonical_name& each : canonical_names) out.push_back(each.name);
    return out;
  }

  std::vector<std::string_view> known_fields() const {
    std::vector<std::string_view> out;
    for (const field& each : rules_.fields)
      if (!each.canonical.empty()) out.push_back(each.canonical);
    return out;
  }

  /// The node of a dotted canonical name, or null.
  const canonical_node* find_dotted(std::string_view name) const {
    const canonical_node* found = &rules_.vocabulary;
    while (found) {
      const std::size_t dot = name.find('.');
      found = find_child(*found, name.substr(0, dot));
      if (dot == std::string_view::npos) break;
      name.remove_prefix(dot + 1);
    }
    return found;
  }

  bool says(std::string_view name) const { return find_dotted(name) != nullptr; }

  // Defaults.

  void take_default(const std::string& name, const json::value& value) {
    const yaml::reader at = node("defaults").get(name).value_or(node("defaults"));
    if (const canonical_node* canonical_at = find_dotted(name)) return take_canonical(value, *canonical_at, at);
    if (const body_node* native_at = find_child(rules_.body, name)) return take_native(value, *native_at, at);
    std::vector<std::string_view> known = known_fields();
    for (const body_node& each : rules_.body.children) known.push_back(each.name);
    fail(at, "`" + name + "` is no field of " + rules_.title + meant(name, known));
  }

  void take_canonical(const json::value& value, const canonical_node& node, const yaml::reader& at) {
    if (!value.IsObject() || node.children.empty()) {
      if (node.field >= 0) return put_default(value, node.field, at);
      return fail(at, std::string(json::kind(value)) + ", expected an object");
    }
    for (const auto& member : value.GetObject()) {
      const std::string_view name = json::text(member.name);
      const yaml::reader below = at.get(name).value_or(at);
      if (const canonical_node* child = find_child(node, name)) {
        take_canonical(member.value, *child, below);
      } else {
        fail(below, "`" + printable(name) + "` is no field of " + rules_.title);
      }
    }
  }

  void take_native(const json::value& value, const body_node& node, const yaml::reader& at) {
    if (node.field >= 0) return put_default(value, node.field, at);
    if (node.leaf >= 0) return fail(at, "identifies the lead, only an event can give it");
    if (!value.IsObject() || node.is_array)
      return fail(at, std::string(json::kind(value)) + ", expected an object of " + rules_.title + "'s fields");
    for (const auto& member : value.GetObject()) {
      const std::string_view name = json::text(member.name);
      const yaml::reader below = at.get(name).value_or(at);
      if (const body_node* child = find_child(node, name)) {
        take_native(member.value, *child, below);
      } else {
        fail(below, "`" + printable(name) + "` is no field of " + rules_.title);
      }
    }
  }

  void put_default(const json::value& value, int field_index, const yaml::reader& at) {
    const field& of = rules_.fields[static_cast<std::size_t>(field_index)];
    leaf_plan& leaf = leaf_of(field_index);
    if (of.appends) return fail(at, "is appended to what is there, so that it can have no default");
    if (value.IsNull()) return fail(at, "is null, a default needs a value");
    std::string text;
    if (!of.join.empty() && value.IsObject()) {
      const auto joined = join_parts(of, value, nullptr);
      if (!joined) return fail(at, joined.error().detail);
      json::append_quoted(text, *joined);
    } else if (const auto wrong = check_value(of.rule, value)) {
      return fail(at, *wrong + hint(of.rule, value));
    } else if (const auto converted = convert_value(of.rule, value)) {
      text = *converted;
    } else {
      append_json(text, value);
    }
    if (!leaf.default_json.empty() && leaf.default_json != text) return fail(at, "is given twice, as the same field under two names");
    leaf.default_json = text;
    if (!rules_.replaces && leaf.required == required::no)
      at.warn("is never used, as " + rules_.title + " does not require it; list it under `require` to send it with every change");
  }

  static std::string hint(const value_rule& rule, const json::value& value) {
    const bool unquoted = (rule.kinds & takes_string) && (value.IsNumber() || value.IsBool());
    return unquoted ? "; put it in quotes" : "";
  }

  plan::parts& into_;
  plan_tables& tables_;
  const definition::parts& rules_;
  const yaml::reader& at_;
  bool good_ = true;
};

}  // namespace

plan::plan(std::unique_ptr<parts> parts) : parts_(std::move(parts)) {}
plan::~plan() = default;
plan::plan(plan&&) noexcept = default;
plan& plan::operator=(plan&&) noexcept = default;

const providers::definition& plan::definition() const noexcept { return *parts_->of; }
const account_settings& plan::settings() const noexcept { return parts_->settings; }
std::string_view plan::base_url() const noexcept { return parts_->base_url; }

std::optional<plan> make_plan(std::shared_ptr<const definition> of, account_settings settings, const yaml::reader& at) {
  auto parts = std::make_unique<plan::parts>();
  parts->of = std::move(of);
  parts->settings = std::move(settings);
  auto tables = std::make_shared<plan_tables>();
  planner work(*parts, *tables, at);
  if (!work.run()) return std::nullopt;
  parts->tables = std::move(tables);
  return plan(std::move(parts));
}

void share_tables(std::span<plan* const> plans) {
  const auto less = [](const auto& one, const auto& other) { return *one < *other; };
  std::set<std::shared_ptr<const plan_tables>, decltype(less)> known(less);
  for (plan* const each : plans) each->parts_->tables = *known.insert(each->parts_->tables).first;
}

}  // namespace leadrelay::providers
