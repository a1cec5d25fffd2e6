#include <string>

#include "base/json.hpp"
#include "providers/definition_parts.hpp"
#include "providers/mask.hpp"
#include "providers/plan.hpp"
#include "providers/plan_parts.hpp"
#include "providers/vocabulary.hpp"

namespace leadrelay::providers {
namespace {

constexpr std::string_view stars = "***";

void mask_whole(json::value& value) {
  if (!value.IsNull()) value.SetString(rapidjson::StringRef(stars.data(), stars.size()));
}

bool is_plain(const json::value& value) { return !value.IsObject() && !value.IsArray(); }

/// Masks what an event says, in place. `rules` may be null.
class event_masker {
 public:
  explicit event_masker(const definition::parts* rules) : rules_(rules) {}

  /// `changes` or `snapshot`, or an object in it. `node` may be null.
  void mask_canonical(json::value& object, const canonical_node* node, const std::string& above) const {
    for (auto& member : object.GetObject()) {
      const std::string_view name = json::text(member.name);
      const std::string dotted = above.empty() ? std::string(name) : above + "." + std::string(name);
      const canonical_node* const child = node ? find_child(*node, name) : nullptr;
      if (child && member.value.IsObject() && !child->children.empty())
        mask_canonical(member.value, child, dotted);
      else if (is_sensitive(child, dotted) || !is_plain(member.value))
        mask_whole(member.value);
    }
  }

  void mask_native(json::value& value, const body_node& node) const {
    if (node.leaf >= 0) {
      const bool sensitive = node.field < 0 || rules_->fields[static_cast<std::size_t>(node.field)].sensitive;
      if (sensitive || !is_plain(value)) mask_whole(value);
    } else if (value.IsArray() && node.is_array) {
      for (rapidjson::SizeType index = 0; index < value.Size(); ++index)
        index < node.children.size() ? mask_native(value[index], node.children[index]) : mask_whole(value[index]);
    } else if (value.IsObject() && !node.is_array) {
      for (auto& member : value.GetObject()) {
        const body_node* const child = find_child(node, json::text(member.name));
        child ? mask_native(member.value, *child) : mask_whole(member.value);
      }
    } else {
      mask_whole(value);
    }
  }

 private:
  bool is_sensitive(const canonical_node* node, std::string_view dotted) const {
    if (node && node->field >= 0) return rules_->fields[static_cast<std::size_t>(node->field)].sensitive;
    const canonical_name* const known = find_canonical(dotted);
    return !known || known->sensitive;
  }

  const definition::parts* rules_;
};

/// Adds members to the object that is shown.
class shown_event {
 public:
  shown_event() : document_(rapidjson::kObjectType) {}

  void add(json::value& to, std::string_view name, std::string_view text) {
    if (!text.empty()) add(to, name, json::value(text.data(), static_cast<rapidjson::SizeType>(text.size()), document_.GetAllocator()));
  }
  void add(json::value& to, std::string_view name, json::value value) {
    to.AddMember(json::value(name.data(), static_cast<rapidjson::SizeType>(name.size()), document_.GetAllocator()), value,
                 document_.GetAllocator());
  }
  json::value copy(const json::value& value) { return json::value(value, document_.GetAllocator()); }

  json::document& whole() noexcept { return document_; }

 private:
  json::document document_;
};

}  // namespace

std::string masked_event(const events::lead_change& change, const plan* by) {
  const definition::parts* const rules = by ? &by->definition().inside() : nullptr;
  const event_masker masks(rules);
  shown_event out;
  out.add(out.whole(), "id", change.id);
  out.add(out.whole(), "account", change.account);
  out.add(out.whole(), "occurred_at", change.occurred_at);
  json::value lead(rapidjson::kObjectType);
  out.add(lead, "id", change.lead.id);
  out.add(lead, "email", change.lead.email.empty() ? "" : stars);
  out.add(lead, "phone", change.lead.phone.empty() ? "" : stars);
  out.add(out.whole(), "lead", std::move(lead));
  for (const auto& [name, part] : {std::pair{"changes", change.changes}, std::pair{"snapshot", change.snapshot}}) {
    if (!part) continue;
    json::value shown = out.copy(*part);
    masks.mask_canonical(shown, rules ? &rules->vocabulary : nullptr, "");
    out.add(out.whole(), name, std::move(shown));
  }
  if (change.native) {
    json::value shown = out.copy(*change.native);
    rules ? masks.mask_native(shown, rules->body) : mask_whole(shown);
    out.add(out.whole(), "native", std::move(shown));
  }
  return json::serialize(out.whole());
}

}  // namespace leadrelay::providers
