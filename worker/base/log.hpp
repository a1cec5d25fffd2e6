#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// The program's log, over spdlog: text for people or one JSON object a line for machines, on standard error.
/// What is logged never holds a credential, a field's value or a record's bytes; identifiers of events are fine, of leads are not.
namespace leadrelay::log {

enum class level { debug, info, warning, error };
enum class format { text, json };

/// One named value beside the message. Names are snake_case.
struct field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  field(std::string_view n, std::string_view v) : name(n), value(v) {}
  field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  field(std::string_view n, bool v) : name(n), value(v) {}
  field(std::string_view n, double v) : name(n), value(v) {}
  template <std::integral T>
  field(std::string_view n, T v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

/// Sets format and the least level that is written. Call once before the threads start.
void start(format how, level least);

/// Writes one line. Any thread.
void write(level at, std::string_view message, std::initializer_list<field> fields = {});

inline void debug(std::string_view message, std::initializer_list<field> fields = {}) { write(level::debug, message, fields); }
inline void info(std::string_view message, std::initializer_list<field> fields = {}) { write(level::info, message, fields); }
inline void warning(std::string_view message, std::initializer_list<field> fields = {}) { write(level::warning, message, fields); }
inline void error(std::string_view message, std::initializer_list<field> fields = {}) { write(level::error, message, fields); }

}  // namespace leadrelay::log
