#include "dead_letters/replayed_record.hpp"

#include <limits>
#include <string>

#include "sink/dead_letter.hpp"

namespace leadrelay::dead_letters {
namespace {

std::optional<std::string> copy(std::optional<std::string_view> text) { return text ? std::optional(std::string(*text)) : std::nullopt; }

/// A header may tell any number.
std::int64_t next_count(std::int64_t replays) { return replays == std::numeric_limits<std::int64_t>::max() ? replays : replays + 1; }

}  // namespace

kafka::moved_record make_replayed_record(const events::record& whole, const letter& says, std::size_t topic) {
  kafka::moved_record out;
  out.topic = topic;
  out.partition = says.source->partition;
  out.key = copy(whole.key);
  out.value = copy(whole.value);
  out.headers.reserve(whole.headers.size() + 2);
  for (const events::header& header : whole.headers)
    if (!sink::is_context_header(header.name)) out.headers.push_back({std::string(header.name), copy(header.value)});
  out.headers.push_back({"leadrelay.replays", std::to_string(next_count(says.replays))});
  out.headers.push_back({std::string(first_place_header), to_string(says.first.value_or(*says.source))});
  return out;
}

}  // namespace leadrelay::dead_letters
