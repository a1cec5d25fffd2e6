#pragma once

#include <string>

#include "kafka/handles.hpp"
#include "kafka/properties.hpp"

/// What librdkafka tells of errors and in its log, as texts without credentials.
namespace leadrelay::kafka {

struct trouble {
  std::string what;
  bool fatal = false;  ///< does not pass by itself: somebody must change the configuration, the broker's rights or the topic
};

/// Whether an error stays until somebody does something: refused credentials, missing rights, a fatal error of the client.
bool needs_somebody(rd_kafka_resp_err_t error) noexcept;

/// An error event's trouble.
trouble trouble_of(rd_kafka_t* client, rd_kafka_event_t& event, const properties& given);

/// The trouble that an error code and librdkafka's text for it make.
trouble make_trouble(rd_kafka_resp_err_t error, const std::string& text, const properties& given);

/// Takes an error object over; empty where there is none.
std::string text_of(error_handle error);

/// Writes a log event to the program's log.
void write_log(rd_kafka_event_t& event, const properties& given);

}  // namespace leadrelay::kafka
