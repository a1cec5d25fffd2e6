#include "base/log.hpp"

#include <memory>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.hpp"

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

void append_json_value(std::string& out, const field& f) {
  if (const auto* text = std::get_if<std::string_view>(&f.value)) json::append_quoted(out, *text);
  if (const auto* number = std::get_if<std::int64_t>(&f.value)) out += std::to_string(*number);
  if (const auto* number = std::get_if<double>(&f.value)) out += fmt::format("{}", *number);
  if (const auto* truth = std::get_if<bool>(&f.value)) out += *truth ? "true" : "false";
}

void append_text_value(std::string& out, const field& f) {
  const auto* text = std::get_if<std::string_view>(&f.value);
  const bool plain = text && !text->empty() && text->find_first_of(" \"=\n\r\t") == std::string_view::npos;
  if (plain) {
    out += *text;
  } else {
    append_json_value(out, f);
  }
}

}  // namespace

void start(format how, level least) {
  written_as = how;
  logger().set_level(to_spdlog(least));
  if (how == format::json) logger().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
}

void write(level at, std::string_view message, std::initializer_list<field> fields) {
  const auto spdlog_level = to_spdlog(at);
  if (!logger().should_log(spdlog_level)) return;
  std::string line;
  if (written_as == format::json) {
    line = "\"message\":";
    json::append_quoted(line, message);
    for (const field& f : fields) {
      line += ',';
      json::append_quoted(line, f.name);
      line += ':';
      append_json_value(line, f);
    }
  } else {
    line = message;
    for (const field& f : fields) {
      line.append(" ").append(f.name).append("=");
      append_text_value(line, f);
    }
  }
  logger().log(spdlog_level, "{}", line);
}

}  // namespace leadrelay::log
