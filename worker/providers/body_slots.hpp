#pragma once

#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

#include "providers/append_json.hpp"
#include "providers/definition_parts.hpp"
#include "providers/plan_parts.hpp"

namespace leadrelay::providers {

/// Where a value comes from.
enum class origin_of_value : unsigned char { changes, native, snapshot, defaults, identity };

/// What stands in one leaf of a body that is being built.
struct slot {
  enum class content : unsigned char {
    nothing,  ///< not given by anyone yet
    value,    ///< a JSON value of the event
    text,     ///< JSON text made for this request, in `body_slots`
    null,
    left_out,  ///< cleared by leaving it out
  };

  const json::value* value = nullptr;
  std::size_t text_at = 0;
  std::size_t text_size = 0;
  int field = -1;
  content is = content::nothing;
  origin_of_value from = origin_of_value::changes;

  bool filled() const noexcept { return is != content::nothing; }
  bool says_something() const noexcept { return is == content::value || is == content::text; }
};

/// A body that is being built: one slot a leaf, written in the order of the body tree. Values are pointed at, never copied.
class body_slots {
 public:
  /// `numbers` are the event's.
  body_slots(int leaves, const json::number_texts& numbers) : slots_(static_cast<std::size_t>(leaves)), numbers_(numbers) {}

  slot& operator[](int leaf) { return slots_[static_cast<std::size_t>(leaf)]; }
  const slot& operator[](int leaf) const { return slots_[static_cast<std::size_t>(leaf)]; }

  slot with_value(int field, origin_of_value from, const json::value& value) const {
    return {&value, 0, 0, field, slot::content::value, from};
  }

  slot with_text(int field, origin_of_value from, std::string_view json) {
    texts_ += json;
    return {nullptr, texts_.size() - json.size(), json.size(), field, slot::content::text, from};
  }

  std::string_view text(const slot& of) const noexcept { return std::string_view(texts_).substr(of.text_at, of.text_size); }

  /// What the slot holds, as compact JSON; empty where it says nothing.
  std::string json_of(const slot& of) const {
    std::string out;
    write_leaf(out, of);
    return out;
  }

  /// Whether the slot holds exactly this string.
  bool says(const slot& of, std::string_view wanted) const {
    if (of.is == slot::content::value) return of.value->IsString() && json::text(*of.value) == wanted;
    if (of.is != slot::content::text) return false;
    std::string quoted;
    json::append_quoted(quoted, wanted);
    return text(of) == quoted;
  }

  bool same(const slot& a, const slot& b) const {
    if (a.is != b.is) return false;
    if (a.is == slot::content::text) return text(a) == text(b);
    if (a.is != slot::content::value) return true;
    return *a.value == *b.value && (numbers_.empty() || to_json(*a.value, numbers_) == to_json(*b.value, numbers_));
  }

  /// Members of an open object that the definition does not list, to be sent as they come.
  void add_unlisted(const body_node& node, const json::value& object) { unlisted_.push_back({&node, &object}); }

  /// Whether there is anything to say of the lead; identifiers alone say nothing.
  bool any() const noexcept {
    if (!unlisted_.empty()) return true;
    for (const slot& each : slots_)
      if (each.filled() && each.field >= 0) return true;
    return false;
  }

  /// Whether `native` says anything of the lead.
  bool any_native() const noexcept {
    if (!unlisted_.empty()) return true;
    for (const slot& each : slots_)
      if (each.filled() && each.field >= 0 && each.from == origin_of_value::native) return true;
    return false;
  }

  /// Appends the body; objects and arrays with nothing in them are left out, all but the root.
  void write(std::string& out, const body_node& root) const {
    if (!write_node(out, root)) out += root.is_array ? "[]" : "{}";
  }

 private:
  struct unlisted {
    const body_node* node;
    const json::value* object;
  };

  bool write_leaf(std::string& out, const slot& of) const {
    switch (of.is) {
      case slot::content::value: append_json(out, *of.value, numbers_); return true;
      case slot::content::text: out += text(of); return true;
      case slot::content::null: out += "null"; return true;
      default: return false;
    }
  }

  /// Whether there was anything to write; otherwise `out` is as it was.
  bool write_node(std::string& out, const body_node& node) const {
    if (node.leaf >= 0) return write_leaf(out, (*this)[node.leaf]);
    const std::size_t start = out.size();
    out += node.is_array ? '[' : '{';
    bool any = false;
    for (const body_node& child : node.children) {
      const std::size_t before = out.size();
      if (any) out += ',';
      out += child.quoted_name;
      if (write_node(out, child)) {
        any = true;
      } else {
        out.resize(before);
      }
    }
    if (node.open) any = write_unlisted(out, node, any);
    if (!any) {
      out.resize(start);
      return false;
    }
    out += node.is_array ? ']' : '}';
    return true;
  }

  bool write_unlisted(std::string& out, const body_node& node, bool any) const {
    for (const unlisted& each : unlisted_) {
      if (each.node != &node) continue;
      for (const auto& member : each.object->GetObject()) {
        if (find_child(node, json::text(member.name))) continue;
        if (any) out += ',';
        json::append_quoted(out, json::text(member.name));
        out += ':';
        append_json(out, member.value, numbers_);
        any = true;
      }
    }
    return any;
  }

  boost::container::small_vector<slot, 64> slots_;
  boost::container::small_vector<unlisted, 2> unlisted_;
  std::string texts_;
  const json::number_texts& numbers_;
};

}  // namespace leadrelay::providers
