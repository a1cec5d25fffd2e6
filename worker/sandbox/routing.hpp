#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/provider.hpp"

namespace leadrelay::sandbox {

/// Where a request goes by its path alone.
struct route {
  provider to{};
  std::string id;       ///< percent-decoded once; empty where the path carries none (Octanist's update)
  bool bad_id = false;  ///< the percent-encoding is broken
};

/// The provider whose path it is, or nothing. The query is not looked at. An identifier is one segment, at least one byte.
std::optional<route> find_route(std::string_view target);

/// The bytes that a percent-encoded text stands for, or nothing where a `%` is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

/// The decoded value of a query parameter; nothing where it is absent or broken.
std::optional<std::string> query_value(std::string_view target, std::string_view name);

}  // namespace leadrelay::sandbox
