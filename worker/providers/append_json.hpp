#pragma once

#include <array>
#include <charconv>
#include <limits>
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

template <class Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, std::numeric_limits<Integer>::digits10 + 2> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

/// Appends `value` as compact JSON, the numbers digit for digit as they came.
inline void append_json(std::string& out, const json::value& value, const json::number_texts& numbers = {}) {
  bool any = false;
  if (value.IsObject()) {
    out += '{';
    for (const auto& member : value.GetObject()) {
      if (std::exchange(any, true)) out += ',';
      json::append_quoted(out, json::text(member.name));
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
    json::append_quoted(out, json::text(value));
  } else if (const std::string_view text = value.IsNumber() ? numbers.of(value) : std::string_view(); !text.empty()) {
    out += text;
  } else if (value.IsInt64()) {
    append_integer(out, value.GetInt64());
  } else if (value.IsUint64()) {
    append_integer(out, value.GetUint64());
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
