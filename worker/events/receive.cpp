#include "events/receive.hpp"

#include <string>

#include "events/decode.hpp"

namespace leadrelay::events {

namespace {

std::size_t measured_size(const record& of) noexcept { return of.key.value_or("").size() + of.value.value_or("").size(); }

}  // namespace

outcome<lead_change> receive(const record& from, std::uint64_t max_record, const account_lookup& known) {
  const std::size_t size = measured_size(from);
  if (size > max_record)
    return problem{reason::too_large,
                   "key and value are " + std::to_string(size) + " bytes, at most " + std::to_string(max_record) + " (max_record)"};
  auto decoded = decode(from);
  if (decoded && !known(decoded->account)) return problem{reason::unknown_account, "account: the configuration has none of that name"};
  return decoded;
}

std::optional<std::string_view> account_at_a_glance(const record& from, std::uint64_t max_record) noexcept {
  return measured_size(from) > max_record ? std::nullopt : glance(from, "account");
}

}  // namespace leadrelay::events
