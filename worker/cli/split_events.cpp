#include "cli/split_events.hpp"

#include <algorithm>
#include <optional>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "base/json.hpp"

namespace leadrelay::cli {
namespace {

constexpr std::string_view white_space = " \t\r\n";

/// Stops a parse that nests too deep for the stack, or that an unclosed bracket on each of many lines would draw out to the text's end.
struct level_counter : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, level_counter> {
  bool StartObject() { return ++level <= json::most_levels; }
  bool StartArray() { return ++level <= json::most_levels; }
  bool EndObject(rapidjson::SizeType) { return --level >= 0; }
  bool EndArray(rapidjson::SizeType) { return --level >= 0; }
  int level = 0;
};

/// The length of the JSON value that `text` begins with.
std::optional<std::size_t> measure_value(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  level_counter levels;
  if (reader.Parse<rapidjson::kParseStopWhenDoneFlag>(stream, levels).IsError()) return std::nullopt;
  return stream.Tell();
}

std::size_t line_end(std::string_view text, std::size_t at) { return std::min(text.find('\n', at), text.size()); }

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

bool is_whole_object(std::string_view line) {
  const std::string_view text = trimmed(line);
  return text.starts_with('{') && measure_value(text) == text.size();
}

/// Whether a value of more than one line may go on with this one.
bool goes_on(std::string_view line) {
  const bool inside = line.starts_with(' ') || line.starts_with('\t') || line.starts_with('}') || line.starts_with(']');
  return inside && !trimmed(line).empty() && !is_whole_object(line);
}

/// The value at the start of `text`, where nothing but another object follows it on its last line.
std::optional<std::size_t> measure_event(std::string_view text) {
  const auto size = measure_value(text);
  if (!size) return std::nullopt;
  const std::string_view after = trimmed(text.substr(*size, line_end(text, *size) - *size));
  return after.empty() || after.starts_with('{') ? size : std::nullopt;
}

std::size_t measure_broken(std::string_view text) {
  std::size_t end = line_end(text, 0);
  if (!text.starts_with('{') && !text.starts_with('[')) return end;
  while (end < text.size()) {
    const std::size_t next = line_end(text, end + 1);
    if (!goes_on(text.substr(end + 1, next - end - 1))) break;
    end = next;
  }
  return end;
}

}  // namespace

std::vector<std::string_view> split_events(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
    if (text.empty()) return out;
    const std::size_t size = measure_event(text).value_or(measure_broken(text));
    out.push_back(trimmed(text.substr(0, size)));
    text.remove_prefix(size);
  }
}

}  // namespace leadrelay::cli
