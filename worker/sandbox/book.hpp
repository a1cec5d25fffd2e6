#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.hpp"

namespace leadrelay::sandbox {

/// One top-level field of a lead, its value as compact JSON, so that an answer is put together by copying.
struct field {
  std::string name;
  std::string json;
};

struct lead {
  std::string id;
  std::string quoted_id;  ///< as a JSON string
  std::string created;    ///< RFC 3339 with milliseconds
  std::string updated;
  std::vector<field> fields;

  std::optional<std::int64_t> last_sequence;  ///< of the change applied last, where it had one
  std::optional<std::size_t> last_body_hash;  ///< of the change applied last

  /// The field's JSON, or null where the lead has no such field.
  const std::string* find(std::string_view name) const noexcept;
  void set(std::string_view name, std::string json);
  /// Adds the items of a JSON array in compact form to those the field has; a field that is not an array is replaced.
  void append_items(std::string_view name, std::string_view array_json);
};

struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

/// The leads of one account at one provider. Leads stay where they are until the book is destroyed.
class book {
 public:
  using lead_map = std::unordered_map<std::string, lead, text_hash, std::equal_to<>>;

  lead* find(std::string_view id);
  const lead* find(std::string_view id) const;

  /// The lead, made where there is none.
  lead& require(std::string_view id, std::string_view now_text);

  /// Sets a lead from an object's members. The time it was made is taken from `createdAt` or `created_at`; what else the provider
  /// gives and no update sets (`id`, the time of the last change) is left out.
  lead& seed(std::string_view id, const json::value& object, std::string_view now_text);

  /// Gives the leads seeded before any time was known one.
  void date_undated(std::string_view now_text);

  /// Lets `find_by` find the lead by its fields `email` and `phone`. Octanist alone needs it.
  void index(const lead& entry);

  /// The ids of the leads whose field `name` (`email` or `phone`) is this text, in the order they were indexed.
  std::vector<lead*> find_by(std::string_view name, std::string_view text);

  const lead_map& leads() const noexcept { return leads_; }

 private:
  lead_map leads_;
  std::unordered_map<std::string, std::vector<std::string>, text_hash, std::equal_to<>> ids_by_identifier_;
};

/// Appends `text` as a JSON string; bytes that are not UTF-8 become visible escapes, so that the JSON stays valid.
void append_json_text(std::string& out, std::string_view text);

}  // namespace leadrelay::sandbox
