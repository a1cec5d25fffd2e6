#pragma once

#include <string>

#include "support/kafka_handles.hpp"
#include "support/kafka_record.hpp"

namespace leadrelay::integration {

/// Writes many records fast, in the order of the calls within a partition, acknowledged by the broker.
class kafka_writer {
 public:
  explicit kafka_writer(const std::string& bootstrap);

  /// Takes a record; waits while the queue is full. Throws where it can never be written.
  void write(const std::string& topic, const kafka_record& record);

  /// Returns when all is acknowledged; throws where a record was not, or after 60 s.
  void flush();

 private:
  static void reported(rd_kafka_t*, const rd_kafka_message_t* message, void* self);

  std::string failure_;
  kafka_owned<rd_kafka_t> producer_;
};

}  // namespace leadrelay::integration
