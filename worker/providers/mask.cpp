#include "providers/mask.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "events/lead_change.hpp"
#include "providers/append_json.hpp"
#include "providers/definition_parts.hpp"
#include "providers/folded_text.hpp"
#include "providers/plan.hpp"
#include "providers/plan_parts.hpp"
#include "providers/vocabulary.hpp"

namespace leadrelay::providers {
namespace {

constexpr std::size_t shortest_masked = 3;
constexpr std::string_view stars = "***";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

/// The length of the longest of `sorted` that starts `text`, 0 where none does. Each search either ends or shortens `text` to what it
/// shares with the greatest secret that is not after it, as no longer one can fit.
std::size_t longest_match(const std::vector<std::string>& sorted, std::string_view text) {
  while (!text.empty()) {
    auto after = std::upper_bound(sorted.begin(), sorted.end(), text);
    if (after == sorted.begin()) return 0;
    const std::string& nearest = *--after;
    const auto [differs, ignored] = std::mismatch(nearest.begin(), nearest.end(), text.begin(), text.end());
    const auto common = static_cast<std::size_t>(differs - nearest.begin());
    if (common == nearest.size()) return common;
    text = text.substr(0, common);
  }
  return 0;
}

void append_printable(std::string& out, std::string_view bytes) {
  while (const auto bad = find_invalid_utf8(bytes)) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(bytes[*bad]);
    out += bytes.substr(0, *bad);
    out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    bytes.remove_prefix(*bad + 1);
  }
  out += bytes;
}

/// Finds secrets as they are and as they fold: what looks like an escape before a secret may swallow its first letter in the folded text.
class secret_finder {
 public:
  secret_finder(std::string_view text, std::span<const std::string> secrets) : lower_(lower(text)), folded_(text) {
    for (const std::string& secret : secrets) {
      if (secret.empty()) continue;
      lower_secrets_.push_back(lower(secret));
      std::string folded = folded_text(secret).view();
      if (folded.size() >= shortest_masked) folded_secrets_.push_back(std::move(folded));
    }
    std::ranges::sort(lower_secrets_);
    std::ranges::sort(folded_secrets_);
  }

  /// Where the longest secret ends that begins at this byte of the text; `at` where none does. To be asked for each byte in turn.
  std::size_t end_at(std::size_t at) {
    std::size_t end = at + longest_match(lower_secrets_, std::string_view(lower_).substr(at));
    const std::string_view folded = folded_.view();
    for (; next_ < folded.size() && folded_.begin_of(next_) <= at; ++next_)
      if (const std::size_t length = longest_match(folded_secrets_, folded.substr(next_)); length > 0)
        end = std::max(end, folded_.end_of(next_ + length - 1));
    return end;
  }

 private:
  std::string lower_;
  folded_text folded_;
  std::vector<std::string> lower_secrets_;
  std::vector<std::string> folded_secrets_;
  std::size_t next_ = 0;  ///< of the folded text, not asked for yet
};

/// Gathers the sensitive texts of one event.
class collector {
 public:
  collector(const definition::parts& rules, const json::number_texts& numbers) : rules_(rules), numbers_(numbers) {}

  void add(std::string_view text) {
    if (text.size() >= shortest_masked) found_.emplace_back(text);
  }

  void add_all(const json::value& value) {
    if (value.IsString()) add(json::text(value));
    if (value.IsNumber()) add_number(value);
    if (value.IsArray())
      for (const json::value& item : value.GetArray()) add_all(item);
    if (value.IsObject())
      for (const auto& member : value.GetObject()) add_all(member.value);
  }

  void walk(const json::value& object, const canonical_node& node, const std::string& above) {
    for (const auto& member : object.GetObject()) {
      const std::string_view name = json::text(member.name);
      const std::string dotted = above.empty() ? std::string(name) : above + "." + std::string(name);
      const canonical_node* child = find_child(node, name);
      if (child && member.value.IsObject() && !child->children.empty()) {
        walk(member.value, *child, dotted);
      } else if (is_sensitive(child, dotted)) {
        add_all(member.value);
        if (child && child->field >= 0) add_joined(fields(child->field), member.value);
      }
    }
  }

  void walk(const json::value& value, const body_node& node) {
    if (node.leaf >= 0) {
      if (node.field < 0 || fields(node.field).sensitive) add_all(value);
    } else if (value.IsArray() && node.is_array) {
      for (rapidjson::SizeType index = 0; index < value.Size() && index < node.children.size(); ++index)
        walk(value[index], node.children[index]);
    } else if (value.IsObject() && !node.is_array) {
      for (const auto& member : value.GetObject()) {
        const body_node* child = find_child(node, json::text(member.name));
        child ? walk(member.value, *child) : add_all(member.value);
      }
    } else {
      add_all(value);
    }
  }

  std::vector<std::string> take() {
    std::ranges::sort(found_);
    const auto doubles = std::ranges::unique(found_);
    found_.erase(doubles.begin(), doubles.end());
    return std::move(found_);
  }

 private:
  const field& fields(int index) const { return rules_.fields[static_cast<std::size_t>(index)]; }

  /// What neither the definition nor the vocabulary knows may be anything.
  bool is_sensitive(const canonical_node* node, std::string_view dotted) const {
    if (node && node->field >= 0) return fields(node->field).sensitive;
    const canonical_name* known = find_canonical(dotted);
    return !known || known->sensitive;
  }

  /// As it came and as a provider that knows doubles alone writes it.
  void add_number(const json::value& value) {
    add(json::serialize(value));
    add(numbers_.of(value));
  }

  void add_joined(const field& of, const json::value& value) {
    if (of.join.empty() || !value.IsObject()) return;
    if (const auto joined = join_parts(of, value, nullptr)) add(*joined);
  }

  const definition::parts& rules_;
  const json::number_texts& numbers_;
  std::vector<std::string> found_;
};

bool is_masked(const definition::parts& rules, const body_node& node) {
  return node.field >= 0 ? rules.fields[static_cast<std::size_t>(node.field)].sensitive : node.holds != by_id;
}

void mask_leaves(const definition::parts& rules, const body_node& node, json::value& value) {
  if (value.IsNull()) return;
  if (node.leaf >= 0) {
    if (is_masked(rules, node)) value.SetString(rapidjson::StringRef(stars.data(), stars.size()));
  } else if (value.IsArray() && node.is_array) {
    for (rapidjson::SizeType index = 0; index < value.Size() && index < node.children.size(); ++index)
      mask_leaves(rules, node.children[index], value[index]);
  } else if (value.IsObject()) {
    for (auto& member : value.GetObject()) {
      if (const body_node* child = find_child(node, json::text(member.name))) {
        mask_leaves(rules, *child, member.value);
      } else {
        member.value.SetString(rapidjson::StringRef(stars.data(), stars.size()));
      }
    }
  }
}

}  // namespace

std::string mask(std::string_view text, std::span<const std::string> secrets, std::size_t most) {
  most = std::min(most, text.size() * 4);  // what the longest escape can make of it
  secret_finder finds(text, secrets);
  std::string out;
  std::size_t plain = 0;    // where the text that is not yet written starts
  std::size_t covered = 0;  // the end of the secrets found so far
  for (std::size_t at = 0; at < text.size() && out.size() + at <= most + std::min(plain, at); ++at) {
    const std::size_t end = finds.end_at(at);
    if (end == at) continue;
    if (at >= covered) {
      append_printable(out, text.substr(plain, at - plain));
      out += stars;
    }
    covered = std::max(covered, end);
    plain = covered;
  }
  if (out.size() <= most) append_printable(out, text.substr(plain, most + 4));
  return std::string(truncate_utf8(out, most));
}

std::vector<std::string> plan::sensitive_values(const events::lead_change& change) const {
  const definition::parts& rules = parts_->rules();
  collector found(rules, change.numbers);
  found.add(change.lead.email);
  found.add(change.lead.phone);
  if (change.changes) found.walk(*change.changes, rules.vocabulary, "");
  if (change.snapshot) found.walk(*change.snapshot, rules.vocabulary, "");
  if (change.native) found.walk(*change.native, rules.body);
  return found.take();
}

std::string plan::masked_body(const request& of) const {
  std::unique_ptr<json::pool> memory;
  json::number_texts numbers;
  auto body = json::parse(of.body, memory, &numbers);
  if (!body) return {};
  mask_leaves(parts_->rules(), parts_->rules().body, *body);
  return to_json(*body, numbers);
}

}  // namespace leadrelay::providers
