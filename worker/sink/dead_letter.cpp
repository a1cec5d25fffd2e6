#include "sink/dead_letter.hpp"

#include <algorithm>
#include <array>

#include "base/date_time.hpp"
#include "base/text.hpp"

namespace leadrelay::sink {
namespace {

constexpr std::array<std::string_view, 17> names = {
    "leadrelay.reason",   "leadrelay.detail",        "leadrelay.account",      "leadrelay.provider",    "leadrelay.event_id",
    "leadrelay.topic",    "leadrelay.partition",     "leadrelay.offset",       "leadrelay.timestamp",   "leadrelay.attempts",
    "leadrelay.first_attempt", "leadrelay.last_attempt", "leadrelay.http_status", "leadrelay.response", "leadrelay.replays",
    "leadrelay.truncated", "leadrelay.replayed_from",
};

// With the names and the short values these stay below `most_context_bytes`.
constexpr std::size_t most_detail = 2048;
constexpr std::size_t most_response = 1024;
constexpr std::size_t most_name = 512;  // account, provider, event id, topic
constexpr std::size_t most_replays = 20;

/// Cut, and readable whatever the bytes are.
std::string text_of(std::string_view bytes, std::size_t most) {
  if (!find_invalid_utf8(bytes)) return std::string(truncate_utf8(bytes, most));
  constexpr std::size_t bytes_of_an_escape = 4;
  return std::string(truncate_utf8(printable(bytes, most / bytes_of_an_escape), most));
}

class context_headers {
 public:
  explicit context_headers(std::vector<kafka::produced_header>& to) : to_(to) {}

  void add(std::string_view name, std::string_view value, std::size_t most) {
    if (!value.empty()) to_.push_back({std::string(name), text_of(value, most)});
  }
  void add(std::string_view name, std::optional<std::int64_t> value) {
    if (value) to_.push_back({std::string(name), std::to_string(*value)});
  }
  void add(std::string_view name, std::optional<wall_time> value) {
    if (value) to_.push_back({std::string(name), format_date_time(*value)});
  }

 private:
  std::vector<kafka::produced_header>& to_;
};

void add_context(context_headers to, const events::record& from, const dead_letter_context& context) {
  to.add("leadrelay.reason", to_string(context.reason), most_name);
  to.add("leadrelay.detail", context.detail, most_detail);
  to.add("leadrelay.account", context.account, most_name);
  to.add("leadrelay.provider", context.provider, most_name);
  to.add("leadrelay.event_id", context.event_id, most_name);
  if (from.topic) to.add("leadrelay.topic", *from.topic, most_name);
  to.add("leadrelay.partition", std::optional<std::int64_t>(from.partition));
  to.add("leadrelay.offset", std::optional<std::int64_t>(from.offset));
  if (from.timestamp_ms >= 0) to.add("leadrelay.timestamp", std::optional(wall_time(std::chrono::milliseconds(from.timestamp_ms))));
  to.add("leadrelay.attempts", context.attempts);
  to.add("leadrelay.first_attempt", context.first_attempt);
  to.add("leadrelay.last_attempt", context.last_attempt);
  to.add("leadrelay.http_status", context.http_status);
  to.add("leadrelay.response", context.response, most_response);
  to.add("leadrelay.replays", from.header_value("leadrelay.replays").value_or(""), most_replays);
  to.add("leadrelay.replayed_from", from.header_value("leadrelay.replayed_from").value_or(""), most_name);
}

}  // namespace

bool is_context_header(std::string_view name) noexcept {
  return std::ranges::any_of(names, [name](std::string_view known) { return equal_without_case(known, name); });
}

kafka::outgoing_record make_dead_letter(const events::record& from, const dead_letter_context& context, std::string_view topic,
                                        int too_large) {
  kafka::outgoing_record letter;
  letter.topic = topic;
  letter.key = from.key;
  letter.value = from.value;
  const bool bare = too_large > most_halvings;
  if (too_large > most_halvings + 1) letter.key.reset();
  if (from.value && too_large > 0) letter.value = bare ? std::string_view() : from.value->substr(0, from.value->size() >> too_large);
  letter.headers.reserve(from.headers.size() + names.size());
  for (const events::header& header : from.headers) {
    if (bare || is_context_header(header.name)) continue;
    letter.headers.push_back({std::string(header.name), header.value ? std::optional(std::string(*header.value)) : std::nullopt});
  }
  add_context(context_headers(letter.headers), from, context);
  if (too_large > 0) letter.headers.push_back({"leadrelay.truncated", std::to_string(from.value.value_or("").size())});
  return letter;
}

}  // namespace leadrelay::sink
