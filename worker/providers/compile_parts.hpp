#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml_reader.hpp"
#include "providers/definition_parts.hpp"

/// What the files of the compiler share. Each function reads one section of a definition into `out` and adds what is wrong to the
/// reader's issues; what it leaves in `out` then is never used.
namespace leadrelay::providers::compiling {

/// Something that gives a value of the body: a field, or an identifier where `field` is -1.
struct body_entry {
  json_place at;
  int field = -1;
  identifier holds = no_identifier;
  yaml::reader where;  ///< what to point at when it collides with another
};

inline constexpr std::string_view identifier_words[] = {"id", "email", "phone"};

std::optional<std::string> read_filled_text(const yaml::reader& at);  ///< a text that is not empty
std::optional<json_place> read_place(const yaml::reader& at);         ///< a JSON pointer below the root
std::optional<json_place> read_place(const yaml::reader& at, std::string_view pointer);
std::optional<clear_as> read_clear(const yaml::reader& at, bool replaces);

/// Whether `text` is a token (RFC 9110 section 5.6.2), as header names and methods are.
bool is_token(std::string_view text) noexcept;

void read_call(const yaml::reader& root, definition::parts& out);
void read_auth(const yaml::reader& root, definition::parts& out);
void read_headers(const yaml::reader& root, definition::parts& out);
void read_lead(const yaml::reader& root, definition::parts& out, std::vector<body_entry>& body);

/// The keys that `read_value_rule` reads.
inline constexpr std::string_view value_keys[] = {"type", "characters", "range", "json_bytes", "enum", "format", "values", "items"};
value_rule read_value_rule(const yaml::reader& at);

void read_fields(const yaml::reader& root, definition::parts& out, std::vector<body_entry>& body);
void read_native(const yaml::reader& root, definition::parts& out, std::vector<body_entry>& body);

/// Builds the tree of the body and numbers its leaves.
void build_body(const yaml::reader& root, definition::parts& out, const std::vector<body_entry>& entries);
/// Builds the tree of the canonical names.
void build_vocabulary(const yaml::reader& fields, definition::parts& out);

void read_answers(const yaml::reader& root, definition::parts& out);
void read_limits(const yaml::reader& root, definition::parts& out);
void read_limit_headers(const yaml::reader& root, definition::parts& out);

}  // namespace leadrelay::providers::compiling
