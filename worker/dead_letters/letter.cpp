#include "dead_letters/letter.hpp"

#include <charconv>

#include "base/date_time.hpp"

namespace leadrelay::dead_letters {
namespace {

template <class Integer>
std::optional<Integer> parse_whole(std::string_view text) noexcept {
  Integer out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || out < 0) return std::nullopt;
  return out;
}

std::string_view value_of(const events::record& from, std::string_view name) { return from.header_value(name).value_or(""); }

std::optional<source_place> read_source(const events::record& from) {
  const std::string_view topic = value_of(from, "leadrelay.topic");
  const auto partition = parse_whole<std::int32_t>(value_of(from, "leadrelay.partition"));
  const auto offset = parse_whole<std::int64_t>(value_of(from, "leadrelay.offset"));
  if (topic.empty() || !partition || !offset) return std::nullopt;
  return source_place{topic, *partition, *offset};
}

}  // namespace

std::string to_string(const source_place& place) {
  return std::string(place.topic) + "/" + std::to_string(place.partition) + "/" + std::to_string(place.offset);
}

std::optional<source_place> parse_source_place(std::string_view text) noexcept {
  const std::size_t second = text.rfind('/');
  const std::size_t first = second == 0 || second == std::string_view::npos ? std::string_view::npos : text.rfind('/', second - 1);
  if (first == 0 || first == std::string_view::npos) return std::nullopt;
  const auto partition = parse_whole<std::int32_t>(text.substr(first + 1, second - first - 1));
  const auto offset = parse_whole<std::int64_t>(text.substr(second + 1));
  if (!partition || !offset) return std::nullopt;
  return source_place{text.substr(0, first), *partition, *offset};
}

letter read_letter(const events::record& from) {
  letter out;
  out.reason = reason_from(value_of(from, "leadrelay.reason"));
  out.detail = value_of(from, "leadrelay.detail");
  out.account = value_of(from, "leadrelay.account");
  out.provider = value_of(from, "leadrelay.provider");
  out.event_id = value_of(from, "leadrelay.event_id");
  out.source = read_source(from);
  if (const auto written = parse_date_time(value_of(from, "leadrelay.timestamp"))) out.written_ms = written->time_since_epoch().count();
  out.first = parse_source_place(value_of(from, first_place_header));
  out.replays = parse_whole<std::int64_t>(value_of(from, "leadrelay.replays")).value_or(0);
  out.truncated = parse_whole<std::uint64_t>(value_of(from, "leadrelay.truncated"));
  return out;
}

std::string lead_name::shown() const { return !id.empty() ? id : !email.empty() ? "(by e-mail)" : !phone.empty() ? "(by phone)" : ""; }

std::optional<lead_name> read_lead(const events::record& from, std::uint64_t max_record) {
  if (from.key.value_or("").size() + from.value.value_or("").size() > max_record) return std::nullopt;
  const auto decoded = events::decode(from);
  if (!decoded) return std::nullopt;
  const events::lead_identity& lead = decoded->lead;
  return lead_name{std::string(decoded->account), std::string(decoded->id), std::string(lead.id), std::string(lead.email),
                   std::string(lead.phone)};
}

}  // namespace leadrelay::dead_letters
