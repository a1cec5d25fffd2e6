#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "providers/check_value.hpp"
#include "providers/merge.hpp"
#include "providers/request_builder.hpp"

// What a request is made of beside its fields: which lead it is of, what the event itself does not say, the target and the body.
namespace leadrelay::providers {
namespace {

using enum origin_of_value;

constexpr std::array<std::string_view, 3> identifier_names{"lead.id", "lead.email", "lead.phone"};

}  // namespace

outcome<request> request_builder::run() {
  if (!take_changes() || !take_native() || !take_identifiers()) return std::move(problem_);
  if (!slots_.any()) return silent();
  if (!take_snapshot()) return std::move(problem_);
  take_defaults();
  if (!check_companions() || !check_required()) return std::move(problem_);
  return write();
}

std::string_view request_builder::given(identifier which) const noexcept {
  const std::array all{change_.lead.id, change_.lead.email, change_.lead.phone};
  return all[static_cast<std::size_t>(which)];
}

bool request_builder::take_identifiers() {
  if (std::ranges::none_of(rules_.identify_by, [this](identifier each) { return !given(each).empty(); })) return no_identifier_given();
  for (std::size_t index = 0; index < identifier_names.size(); ++index) {
    const auto which = static_cast<identifier>(index);
    value_rule rule;
    rule.format = rules_.identifiers[index].format;
    const std::string_view text = given(which);
    if (!rules_.identifiers[index].allowed || text.empty() || rule.format == text_format::none) continue;
    if (const auto wrong = check_value(rule, json::value(rapidjson::StringRef(text.data(), text.size()))))
      return invalid(std::string(identifier_names[index]), *wrong);
  }
  return std::ranges::all_of(tables_.identifier_leaves, [this](const auto& place) { return put_identifier(place.first, place.second); });
}

bool request_builder::no_identifier_given() {
  std::string names;
  for (const identifier each : rules_.identify_by) {
    if (!names.empty()) names += each == rules_.identify_by.back() ? " or " : ", ";
    names += identifier_names[static_cast<std::size_t>(each)];
  }
  return fail(reason::missing_required, names + ": " + rules_.title + " needs it to find the lead");
}

bool request_builder::put_identifier(identifier which, int leaf) {
  const std::string name(identifier_names[static_cast<std::size_t>(which)]);
  slot& there = slots_[leaf];
  if (there.filled() && there.from != native) return true;
  if (there.filled()) {
    if (given(which).empty() && !has_stronger(which)) return invalid(name, "is given by `native` alone, give it in `lead`");
    if (!given(which).empty() && !slots_.says(there, given(which))) return invalid(name, "differs from `native`, a change is of one lead");
    return true;
  }
  if (given(which).empty()) return true;
  std::string quoted;
  json::append_quoted(quoted, given(which));
  there = slots_.with_text(-1, identity, quoted);
  return true;
}

bool request_builder::has_stronger(identifier which) const {
  const auto end = std::ranges::find(rules_.identify_by, which);
  return std::any_of(rules_.identify_by.begin(), end, [this](identifier each) { return !given(each).empty(); });
}

bool request_builder::take_snapshot() {
  const bool has_snapshot = change_.snapshot && !change_.snapshot->ObjectEmpty();
  if (rules_.replaces && !has_snapshot && !slots_.any_native())
    return fail(reason::missing_required,
                "snapshot: " + rules_.title + " replaces the whole lead, and the changes alone would erase the rest");
  return !has_snapshot || walk(*change_.snapshot, rules_.vocabulary, snapshot, nullptr);
}

void request_builder::take_defaults() {
  for (std::size_t leaf = 0; leaf < tables_.leaves.size(); ++leaf) {
    const leaf_plan& of = tables_.leaves[leaf];
    slot& there = slots_[static_cast<int>(leaf)];
    if (of.default_json.empty() || there.filled() || (!rules_.replaces && of.required == required::no)) continue;
    there = slots_.with_text(-1, defaults, of.default_json);
  }
}

bool request_builder::check_companions() {
  for (const int index : tables_.companions) {
    const field& of = rules_.fields[static_cast<std::size_t>(index)];
    slot& there = slots_[of.leaf];
    const field& other = rules_.fields[static_cast<std::size_t>(of.only_with->field)];
    if (!there.says_something() || slots_.says(slots_[other.leaf], of.only_with->value)) continue;
    if (there.from == snapshot || there.from == defaults) {
      there = slot{};
    } else if (slots_[other.leaf].filled() || !has_alias(of.only_with->value)) {
      return invalid(name_of(of, there.from), "may be sent only with " + name_of(other, there.from) + " " + of.only_with->value);
    }
  }
  return true;
}

bool request_builder::has_alias(std::string_view word) const {
  return std::ranges::any_of(rules_.fields, [&](const field& each) {
    return each.canonical.empty() && !each.rule.one_of.empty() && slots_.says(slots_[each.leaf], word);
  });
}

bool request_builder::check_required() {
  std::string missing;
  for (std::size_t leaf = 0; leaf < tables_.leaves.size(); ++leaf) {
    const leaf_plan& of = tables_.leaves[leaf];
    if (of.required != required::always || slots_[static_cast<int>(leaf)].filled()) continue;
    if (!missing.empty()) missing += ", ";
    missing += rules_.fields[static_cast<std::size_t>(of.required_field)].canonical;
  }
  if (missing.empty()) return true;
  return fail(reason::missing_required, missing + ": always required, but neither in the event, its snapshot nor the account's defaults");
}

outcome<request> request_builder::silent() const {
  if (!ignored_any_)
    return problem{reason::invalid_event, "changes: say nothing of the lead and neither does native, expected what changed"};
  request out;
  out.method = rules_.method;
  out.nothing_to_send = true;
  return out;
}

outcome<request> request_builder::write() {
  request out;
  out.method = rules_.method;
  out.is_alone = appends_ || keeps_own_request(change_);
  out.appends = appends_;
  out.repeatable = rules_.repeatable && !appends_;
  if (!write_target(out.target)) return std::move(problem_);
  out.body.reserve(512);
  slots_.write(out.body, rules_.body);
  return out;
}

bool request_builder::write_target(std::string& out) {
  out = plan_.path_prefix;
  for (const target_piece& piece : rules_.target) {
    out += piece.text;
    if (piece.then == no_identifier) continue;
    const std::string_view text = given(piece.then);
    const auto name = [&] { return std::string(identifier_names[static_cast<std::size_t>(piece.then)]); };
    if (text.empty()) return fail(reason::missing_required, name() + ": " + rules_.title + " needs it to find the lead");
    // RFC 3986 section 5.2.4: these two are taken out of a path, however they are encoded.
    if (text == "." || text == "..") return invalid(name(), "may not be a dot segment");
    append_percent_encoded(out, text);
  }
  return true;
}

outcome<request> plan::build(const events::lead_change& change) const {
  request_builder work(*parts_, change);
  return work.run();
}

}  // namespace leadrelay::providers
