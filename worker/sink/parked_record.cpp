#include "sink/parked_record.hpp"

#include <charconv>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace leadrelay::sink {
namespace {

constexpr std::string_view prefix = "leadrelay.parked.";
constexpr std::string_view topic_header = "leadrelay.parked.topic";
constexpr std::string_view partition_header = "leadrelay.parked.partition";
constexpr std::string_view offset_header = "leadrelay.parked.offset";
constexpr std::string_view time_header = "leadrelay.parked.timestamp_ms";
constexpr std::string_view trace_header = "leadrelay.parked.traceparent";

bool is_parked_header(std::string_view name) noexcept { return equal_without_case(name.substr(0, prefix.size()), prefix); }

template <class Integer>
bool read_number(const events::record& from, std::string_view name, Integer& into) {
  const std::string_view text = from.header_value(name).value_or("");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

std::optional<std::string> copy(std::optional<std::string_view> text) { return text ? std::optional(std::string(*text)) : std::nullopt; }

}  // namespace

kafka::moved_record make_parked_record(const events::record& from, std::size_t topic, std::int32_t partition,
                                       std::string_view traceparent) {
  kafka::moved_record out;
  out.topic = topic;
  out.partition = partition;
  out.key = copy(from.key);
  out.value = copy(from.value);
  out.headers.reserve(from.headers.size() + 5);
  for (const events::header& header : from.headers)
    if (!is_parked_header(header.name)) out.headers.push_back({std::string(header.name), copy(header.value)});
  out.headers.push_back({std::string(topic_header), *from.topic});
  out.headers.push_back({std::string(partition_header), std::to_string(from.partition)});
  out.headers.push_back({std::string(offset_header), std::to_string(from.offset)});
  out.headers.push_back({std::string(time_header), std::to_string(from.timestamp_ms)});
  if (!traceparent.empty()) out.headers.push_back({std::string(trace_header), std::string(traceparent)});
  return out;
}

std::optional<events::origin> take_origin(events::record& from) {
  events::origin out;
  out.topic = from.header_value(topic_header).value_or("");
  std::int64_t time = -1;
  if (out.topic.empty() || !read_number(from, partition_header, out.partition) || !read_number(from, offset_header, out.offset) ||
      !read_number(from, time_header, time))
    return std::nullopt;
  out.traceparent = from.header_value(trace_header).value_or("");
  from.timestamp_ms = time;
  std::erase_if(from.headers, [](const events::header& each) { return is_parked_header(each.name); });
  return out;
}

}  // namespace leadrelay::sink
