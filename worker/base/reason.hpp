#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace leadrelay {

/// Why a change ends as a dead letter. A closed list: the same words stand in headers, metrics, logs and the tools.
enum class reason {
  undecodable,         ///< not UTF-8, JSON or Protobuf; a lone surrogate; nested beyond 64 levels
  invalid_event,       ///< decoded, but not an event: wrong types, missing or empty parts, no value
  unknown_account,     ///< the configuration has no such account
  unmapped_field,      ///< a changed field that the provider's definition cannot say
  missing_required,    ///< a field the provider always requires is in neither event, snapshot nor defaults
  invalid_field,       ///< a bound, type, enum or format of the provider is broken
  rejected,            ///< the provider refused the change for good
  not_found,           ///< the provider does not know the lead
  conflict,            ///< the provider says the change conflicts, for good
  retries_exhausted,   ///< as many attempts as the account allows
  too_old,             ///< older than the account's `give_up_after`
  outcome_unknown,     ///< an append whose answer never came
  too_large,           ///< a record larger than `max_record`
};

inline constexpr int reason_count = 13;

/// The reason's word, snake_case.
std::string_view to_string(reason) noexcept;

/// The reason of a word, or nothing.
std::optional<reason> reason_from(std::string_view word) noexcept;

/// Bad input as a value. `detail` names what is wrong, where, and what would be right, and never holds
/// a credential or a value of a sensitive field.
struct problem {
  leadrelay::reason reason{};
  std::string detail;

  bool operator==(const problem&) const = default;
};

[[noreturn]] void throw_exception_from_error(const problem&, const boost::source_location&);

/// A value, or the problem that it could not be made of the input.
template <class T>
using outcome = boost::system::result<T, problem>;

}  // namespace leadrelay
