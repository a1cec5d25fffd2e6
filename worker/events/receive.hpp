#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/reason.hpp"
#include "events/lead_change.hpp"
#include "events/record.hpp"

namespace leadrelay::events {

/// Whether the configuration has an account of that name.
using account_lookup = std::function<bool(std::string_view)>;

/// What every record goes through first, when it is delivered and when it is explained: it is `too_large` where key and value are more
/// than `max_record` bytes, it has the problems of `decode`, and it is of an `unknown_account` where its account is not `known`.
outcome<lead_change> receive(const record& from, std::uint64_t max_record, const account_lookup& known);

/// The account of a record that is not too large, where it shows without decoding it, which takes far longer; nothing where only `receive`
/// tells. What cannot be decoded may have one here.
std::optional<std::string_view> account_at_a_glance(const record& from, std::uint64_t max_record) noexcept;

}  // namespace leadrelay::events
