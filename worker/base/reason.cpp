#include "base/reason.hpp"

#include <array>
#include <stdexcept>

namespace leadrelay {
namespace {

constexpr std::array<std::string_view, reason_count> words{
    "undecodable", "invalid_event", "unknown_account",   "unmapped_field", "missing_required", "invalid_field", "rejected",
    "not_found",   "conflict",      "retries_exhausted", "too_old",        "outcome_unknown",  "too_large"};

}  // namespace

std::string_view to_string(reason value) noexcept { return words[static_cast<std::size_t>(value)]; }

std::optional<reason> reason_from(std::string_view word) noexcept {
  for (std::size_t index = 0; index < words.size(); ++index)
    if (words[index] == word) return static_cast<reason>(index);
  return std::nullopt;
}

void throw_exception_from_error(const problem& error, const boost::source_location&) {
  throw std::runtime_error(std::string(to_string(error.reason)) + ": " + error.detail);
}

}  // namespace leadrelay
