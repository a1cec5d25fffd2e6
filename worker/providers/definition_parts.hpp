#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/reason.hpp"
#include "providers/definition.hpp"
#include "providers/judge.hpp"

/// The tables that a definition is compiled to. Written by compile*.cpp, walked by build.cpp and judge.cpp.
namespace leadrelay::providers {

/// Kinds of JSON value a field takes, as a set of bits.
enum value_kind : unsigned {
  takes_string = 1,
  takes_number = 2,
  takes_boolean = 4,
  takes_object = 8,
  takes_list = 16,
  takes_numeric_string = 32,  ///< a string that is a JSON number
};

enum class text_format { none, email, uuid, date, date_time };

/// What the items of a list or the values of an object must be.
enum class element_rule { any, string, pair_of_strings };

/// What a value must be to stand in a request.
struct value_rule {
  unsigned kinds = takes_string;
  bool whole_number = false;
  std::optional<std::size_t> least_characters;  ///< Unicode code points
  std::optional<std::size_t> most_characters;   ///< Unicode code points
  std::optional<std::size_t> most_json_bytes;   ///< of the value as compact JSON
  std::optional<double> least;
  std::optional<double> most;
  std::vector<std::string> one_of;
  text_format format = text_format::none;
  element_rule elements = element_rule::any;
  bool converts = false;  ///< a number or boolean becomes the string that it is written as, a numeric string the number
};

enum class required {
  no,
  if_known,  ///< sent whenever the snapshot or the defaults give it
  always,    ///< `missing_required` where event, snapshot and defaults give none
};

/// The field may be sent only beside another one with a certain value.
struct only_with {
  int field = -1;
  std::string value;
};

struct field {
  std::string canonical;              ///< dotted canonical name, `phone.number`; empty for a field that only `native` says
  std::string pointer;                ///< JSON pointer into the request's body (RFC 6901)
  int leaf = -1;                      ///< the body leaf that it fills; fields of one pointer share it
  value_rule rule;
  bool appends = false;
  bool sensitive = false;
  providers::required required = providers::required::no;
  std::optional<clear_as> clear;      ///< instead of the definition's
  std::optional<providers::only_with> only_with;
  std::vector<std::string> join;      ///< a canonical object becomes the text of these members, joined by `separator`
  std::string separator;
};

/// Which of the lead's identifiers.
enum identifier : int { no_identifier = -1, by_id = 0, by_email = 1, by_phone = 2 };

/// The request's body as a tree in the order it is written.
struct body_node {
  std::string name;                   ///< member name, empty at the root and for array items
  std::string quoted_name;            ///< `"firstName":`, JSON-escaped
  bool is_array = false;              ///< its children are array items 0, 1, …
  bool open = false;                  ///< an object whose unlisted members `native` may give as they come
  int leaf = -1;                      ///< its number among the leaves, -1 for an inner node
  int field = -1;                     ///< the first field that fills this leaf
  identifier holds = no_identifier;   ///< a leaf that holds an identifier, unless a field or `native` gives it
  std::vector<body_node> children;
};

/// The canonical vocabulary that the definition can say, as a tree over the dots of the names, children sorted by name.
struct canonical_node {
  std::string name;
  int field = -1;                     ///< the field that a value at this name fills; a node may have both field and children
  std::vector<canonical_node> children;
};

/// A piece of the request target: text as it stands, then an identifier percent-encoded as one segment (or none).
struct target_piece {
  std::string text;
  identifier then = no_identifier;
};

struct identifier_rule {
  bool allowed = false;               ///< the definition has a place for it
  text_format format = text_format::none;
};

/// A place in an answer's body: a JSON pointer (RFC 6901) and the names it goes through, unescaped.
struct json_place {
  std::string pointer;
  std::vector<std::string> names;
};

struct answer_condition {
  json_place at;
  std::string equals;                 ///< the value there must be this compact JSON
};

/// One rule on answers; the first that fits decides, the table of judge.cpp after them.
struct answer_rule {
  unsigned first_status = 0;
  unsigned last_status = 0;
  std::string code;                   ///< the error code must be this; empty: any
  std::vector<answer_condition> where;  ///< all must hold
  providers::verdict verdict = verdict::delivered;
  leadrelay::reason reason = reason::rejected;
};

enum class reset_unit { seconds, unix_seconds, unix_milliseconds };

/// `remaining` and `reset` are both named or neither.
struct limit_headers {
  std::string remaining{};
  std::string reset{};
  reset_unit reset_as = reset_unit::seconds;
  std::string combined{};             ///< one field with `limit=100, remaining=50, reset=5` (or `"name";r=50;t=30`)
};

struct definition::parts {
  std::string name;
  std::string title;
  std::string source;                 ///< where the page is, for people
  std::string base_url;
  std::string method;
  std::vector<target_piece> target;
  auth_scheme auth;
  std::vector<std::pair<std::string, std::string>> headers;

  bool replaces = false;              ///< the request replaces the whole lead, so that snapshot and changes together are sent
  bool repeatable = true;             ///< setting the same fields again changes nothing more
  clear_as clear = clear_as::null;

  std::array<identifier_rule, 3> identifiers;
  std::vector<identifier> identify_by;  ///< at least one of these must be given
  std::vector<field> fields;
  body_node body;
  int leaves = 0;                     ///< how many leaves `body` has
  canonical_node vocabulary;

  std::vector<answer_rule> answers;
  std::vector<json_place> code_at;      ///< where the provider's error code stands; the first place that has one counts
  std::vector<json_place> message_at;   ///< where its message stands
  std::vector<json_place> updated_at;   ///< where the number of updated leads stands
  std::vector<limit> limits;
  std::optional<limit_headers> told_limits;  ///< nothing: those of the RateLimit drafts
};

}  // namespace leadrelay::providers
