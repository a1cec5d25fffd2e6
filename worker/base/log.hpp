#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The program's log, over spdlog: text for people or one JSON object a line for machines, on standard error.
/// What is logged never holds a credential, a field's value or a record's bytes; identifiers of events are fine, of leads are not.
namespace leadrelay::log {

enum class level { debug, info, warning, error };
enum class format { text, json };

/// One named value beside the message, left out where there is none. Names are snake_case; `trace_id` and `span_id` are OpenTelemetry's
/// ("Trace Context in non-OTLP Log Formats").
struct field {
  std::string_view name;
  std::variant<std::monostate, std::string_view, std::int64_t, double, bool> value;

  field(std::string_view n, std::string_view v) : name(n), value(v) {}
  field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  field(std::string_view n, const std::optional<std::string>& v) : name(n) {
    if (v) value = std::string_view(*v);
  }
  field(std::string_view n, bool v) : name(n), value(v) {}
  field(std::string_view n, double v) : name(n), value(v) {}
  template <std::integral T>
  field(std::string_view n, T v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

/// Sets format and the least level that is written. Call once before the threads start.
void start(format how, level least);

/// The least level that is written, which may change while the program runs. Any thread.
level least_level();
void set_log_level(level least);

std::string_view to_string(level) noexcept;

/// The level of a word, `info` where it is none.
level level_of(std::string_view word) noexcept;

/// The next level that writes more lines, or fewer; the last one where there is none.
level more_detailed(level than) noexcept;
level less_detailed(level than) noexcept;

/// Whether lines of that level are written. Any thread.
bool is_written(level at);

/// Writes one line. Any thread.
void write(level at, std::string_view message, std::initializer_list<field> fields = {});

inline void debug(std::string_view message, std::initializer_list<field> fields = {}) { write(level::debug, message, fields); }
inline void info(std::string_view message, std::initializer_list<field> fields = {}) { write(level::info, message, fields); }
inline void warning(std::string_view message, std::initializer_list<field> fields = {}) { write(level::warning, message, fields); }
inline void error(std::string_view message, std::initializer_list<field> fields = {}) { write(level::error, message, fields); }

}  // namespace leadrelay::log
