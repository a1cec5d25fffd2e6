#include "kafka/trouble.hpp"

#include <array>

#include "base/log.hpp"
#include "base/text.hpp"

namespace leadrelay::kafka {
namespace {

constexpr std::size_t longest_text = 500;

std::string fit(std::string text, const properties& given) { return printable(without_secrets(std::move(text), given), longest_text); }

/// librdkafka's log levels are syslog's (RFC 5424 section 6.2.1). What is an error to it comes as an error event too and may pass.
log::level level_of(int syslog_level) {
  constexpr int warning = 4;
  constexpr int informational = 6;
  if (syslog_level <= warning) return log::level::warning;
  return syslog_level <= informational ? log::level::info : log::level::debug;
}

}  // namespace

bool needs_somebody(rd_kafka_resp_err_t error) noexcept {
  switch (error) {
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return true;
    default:
      return false;
  }
}

trouble make_trouble(rd_kafka_resp_err_t error, const std::string& text, const properties& given) {
  return {fit(std::string(rd_kafka_err2name(error)) + ": " + text, given), needs_somebody(error)};
}

trouble trouble_of(rd_kafka_t* client, rd_kafka_event_t& event, const properties& given) {
  const rd_kafka_resp_err_t error = rd_kafka_event_error(&event);
  if (error != RD_KAFKA_RESP_ERR__FATAL && !rd_kafka_event_error_is_fatal(&event))
    return make_trouble(error, rd_kafka_event_error_string(&event), given);
  std::array<char, reason_bytes> reason{};
  const rd_kafka_resp_err_t underlying = rd_kafka_fatal_error(client, reason.data(), reason.size());
  return {make_trouble(underlying, reason.data(), given).what, true};
}

std::string text_of(error_handle error) { return error ? rd_kafka_error_string(error.get()) : std::string(); }

void write_log(rd_kafka_event_t& event, const properties& given) {
  const char* facility = nullptr;
  const char* text = nullptr;
  int level = 0;
  if (rd_kafka_event_log(&event, &facility, &text, &level) != 0) return;
  log::write(level_of(level), fit(text, given), {{"from", "librdkafka"}, {"facility", facility}});
}

}  // namespace leadrelay::kafka
