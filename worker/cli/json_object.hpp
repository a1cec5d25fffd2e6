#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace leadrelay::cli {

/// One JSON object, member by member; texts that are empty and numbers that are absent are left out.
class json_object {
 public:
  json_object& add(std::string_view name, std::string_view text) {
    if (text.empty()) return *this;
    add_name(name);
    json::append_quoted(out_, text);
    return *this;
  }
  json_object& add(std::string_view name, const char* text) { return add(name, std::string_view(text)); }
  json_object& add(std::string_view name, std::optional<std::int64_t> number) {
    if (number) add_raw(name, std::to_string(*number));
    return *this;
  }
  json_object& add_flag(std::string_view name, bool is) { return add_raw(name, is ? "true" : "false"); }
  /// JSON already.
  json_object& add_raw(std::string_view name, std::string_view json) {
    add_name(name);
    out_ += json;
    return *this;
  }
  std::string text() const { return out_ + "}"; }

 private:
  void add_name(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    json::append_quoted(out_, name);
    out_ += ':';
  }
  std::string out_ = "{";
};

}  // namespace leadrelay::cli
