#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace leadrelay::sandbox {

/// One thing wrong in a request's body. Never holds a value of it. The codes are the sandbox's own words; no page publishes any.
struct violation {
  std::string field;  ///< dotted path
  std::string_view code;
  std::string message;
};

/// What a page says of a field's value.
enum class shape { text, number, boolean, date, date_time, object };

/// One member of an object on a page.
struct member_shape {
  std::string_view name;
  shape kind;
  std::span<const member_shape> members = {};  ///< of an object
};

/// Collects what is wrong in one body. Methods return whether the value is well.
class checks {
 public:
  explicit checks(bool unknown_fields_pass) : unknown_pass_(unknown_fields_pass) {}

  bool fail(std::string_view field, std::string_view code, std::string_view message);
  bool unknown(std::string_view field);

  bool text(std::string_view field, const json::value& value);
  /// `least` and `most` count code points.
  bool text(std::string_view field, const json::value& value, std::size_t least, std::size_t most);
  bool number(std::string_view field, const json::value& value);
  bool boolean(std::string_view field, const json::value& value);
  bool one_of(std::string_view field, const json::value& value, std::span<const std::string_view> words);
  /// `string<email>`: one `@` between a local part and a domain, no spaces or control characters.
  bool email(std::string_view field, const json::value& value);
  bool uuid(std::string_view field, const json::value& value);
  /// A calendar date.
  bool date(std::string_view field, const json::value& value);
  /// `string<date-time>`: RFC 3339, with `T`.
  bool date_time(std::string_view field, const json::value& value);
  /// An ISO 8601 date, or date and time with or without an offset.
  bool iso8601(std::string_view field, const json::value& value);
  bool object(std::string_view field, const json::value& value);
  /// The compact JSON of `value` has at most `most` bytes.
  bool json_bytes(std::string_view field, const json::value& value, std::size_t most);

  /// An object, its members of the shapes given, at every depth; null members pass.
  bool members(std::string_view field, const json::value& value, std::span<const member_shape> shapes);

  std::vector<violation> take() noexcept { return std::move(found_); }

 private:
  bool shaped(const std::string& field, const json::value& value, const member_shape& as);

  bool unknown_pass_;
  std::vector<violation> found_;
};

/// The member's value, the last one where it stands more than once, as most JSON readers have it; null where there is none.
const json::value* last_member(const json::value& object, std::string_view name) noexcept;

}  // namespace leadrelay::sandbox
