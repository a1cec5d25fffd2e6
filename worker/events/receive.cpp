#include "events/receive.hpp"

#include <string>

#include "events/decode.hpp"

namespace leadrelay::events {

outcome<lead_change> receive(const record& from, std::uint64_t max_record, const account_lookup& known) {
  const std::size_t size = from.key.value_or("").size() + from.value.value_or("").size();
  if (size > max_record)
    return problem{reason::too_large,
                   "key and value are " + std::to_string(size) + " bytes, at most " + std::to_string(max_record) + " (max_record)"};
  auto decoded = decode(from);
  if (decoded && !known(decoded->account)) return problem{reason::unknown_account, "account: the configuration has none of that name"};
  return decoded;
}

}  // namespace leadrelay::events
