#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.hpp"
#include "base/text.hpp"

namespace leadrelay::log {
namespace {

format written_as = format::text;

std::shared_ptr<spdlog::logger> make_logger() {
  auto logger = std::make_shared<spdlog::logger>("leadrelay", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::warn);
  return logger;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = make_logger();
  return *instance;
}

spdlog::level::level_enum to_spdlog(level value) {
  switch (value) {
    case level::debug: return spdlog::level::debug;
    case level::info: return spdlog::level::info;
    case level::warning: return spdlog::level::warn;
    case level::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

level from_spdlog(spdlog::level::level_enum value) {
  if (value <= spdlog::level::debug) return level::debug;
  if (value == spdlog::level::info) return level::info;
  return value == spdlog::level::warn ? level::warning : level::error;
}

constexpr std::array<std::string_view, 4> words{"debug", "info", "warning", "error"};

void append_json_value(std::string& out, const field& f) {
  if (const auto* text = std::get_if<std::string_view>(&f.value)) json::append_quoted(out, *text);
  if (const auto* number = std::get_if<std::int64_t>(&f.value)) out += std::to_string(*number);
  if (const auto* number = std::get_if<double>(&f.value)) out += fmt::format("{}", *number);
  if (const auto* truth = std::get_if<bool>(&f.value)) out += *truth ? "true" : "false";
}

/// What steers a terminal and needs no escape in JSON gets one: lines of text are for people.
void append_text_value(std::string& out, const field& f) {
  const auto* text = std::get_if<std::string_view>(&f.value);
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != 0x7F; };
  const bool plain = text && !text->empty() && std::ranges::all_of(*text, is_plain);
  if (!text) return append_json_value(out, f);
  std::string quoted;
  if (!plain) json::append_quoted(quoted, *text);
  const std::string_view shown = plain ? *text : quoted;
  out += printable(shown, shown.size());
}

}  // namespace

void start(format how, level least) {
  written_as = how;
  set_log_level(least);
  if (how == format::json) logger().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
}

level least_level() { return from_spdlog(logger().level()); }

void set_log_level(level least) { logger().set_level(to_spdlog(least)); }

std::string_view to_string(level of) noexcept { return words[static_cast<std::size_t>(of)]; }

level level_of(std::string_view word) noexcept {
  const auto found = std::ranges::find(words, word);
  return found == words.end() ? level::info : static_cast<level>(found - words.begin());
}

level more_detailed(level than) noexcept { return than == level::debug ? than : static_cast<level>(static_cast<int>(than) - 1); }

level less_detailed(level than) noexcept { return than == level::error ? than : static_cast<level>(static_cast<int>(than) + 1); }

bool is_written(level at) { return logger().should_log(to_spdlog(at)); }

void write(level at, std::string_view message, std::initializer_list<field> fields) {
  if (!is_written(at)) return;
  std::string line;
  if (written_as == format::json) {
    line = "\"message\":";
    json::append_quoted(line, message);
    for (const field& f : fields) {
      if (std::holds_alternative<std::monostate>(f.value)) continue;
      line += ',';
      json::append_quoted(line, f.name);
      line += ':';
      append_json_value(line, f);
    }
  } else {
    line = message;
    for (const field& f : fields) {
      if (std::holds_alternative<std::monostate>(f.value)) continue;
      line.append(" ").append(f.name).append("=");
      append_text_value(line, f);
    }
  }
  logger().log(to_spdlog(at), "{}", line);
}

}  // namespace leadrelay::log
