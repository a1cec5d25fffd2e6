#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/json.hpp"

/// Writing JSON straight into a string that is being built, without buffers in between.
namespace leadrelay::providers {

/// A RapidJSON output stream at the end of a string.
struct string_output {
  using Ch = char;
  void Put(char c) { to->push_back(c); }
  void Flush() {}
  std::string* to;
};

inline bool needs_escape(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

/// Appends `text` as a JSON string with its quotes. Most texts need no escape and are copied whole.
inline void append_json_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (!needs_escape(c)) continue;
    string_output stream{&out};
    rapidjson::Writer<string_output> writes(stream);
    writes.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

/// Appends `value` as compact JSON, the numbers digit for digit as they came.
inline void append_json(std::string& out, const json::value& value, const json::number_texts& numbers = {}) {
  bool any = false;
  if (value.IsObject()) {
    out += '{';
    for (const auto& member : value.GetObject()) {
      if (std::exchange(any, true)) out += ',';
      append_json_text(out, json::text(member.name));
      out += ':';
      append_json(out, member.value, numbers);
    }
    out += '}';
  } else if (value.IsArray()) {
    out += '[';
    for (const json::value& item : value.GetArray()) {
      if (std::exchange(any, true)) out += ',';
      append_json(out, item, numbers);
    }
    out += ']';
  } else if (value.IsString()) {
    append_json_text(out, json::text(value));
  } else if (const std::string_view text = value.IsNumber() ? numbers.of(value) : std::string_view(); !text.empty()) {
    out += text;
  } else {
    // A writer of its own for each, as the stack that it has for objects and arrays is memory of its own.
    string_output stream{&out};
    json::plain_writer<string_output> writes(stream);
    value.Accept(writes);
  }
}

/// `value` as compact JSON, its numbers digit for digit as they came.
inline std::string to_json(const json::value& value, const json::number_texts& numbers) {
  std::string out;
  append_json(out, value, numbers);
  return out;
}

}  // namespace leadrelay::providers
