#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "kafka/assignment.hpp"
#include "kafka/event_pump.hpp"
#include "kafka/handles.hpp"
#include "kafka/log_reader.hpp"
#include "kafka/properties.hpp"
#include "kafka/refusal.hpp"

namespace leadrelay::kafka {

/// A log reader over a consuming client of librdkafka that never joins its group. The client is made when the first partition is to be
/// read.
class librdkafka_log_reader final : public log_reader {
 public:
  librdkafka_log_reader(loop& on, properties given);
  ~librdkafka_log_reader() override;

  void start(log_reader_events& to) override;
  void read(const std::vector<read_position>& partitions) override;
  void leave(const std::vector<topic_partition>& partitions) override;
  void pause(const std::vector<topic_partition>& partitions) override;
  void resume(const std::vector<topic_partition>& partitions) override;
  void close(duration grace) override;

 private:
  void make_client();
  void on_event(rd_kafka_event_t& event);
  void on_message(rd_kafka_event_t& event);
  void on_error(rd_kafka_event_t& event);
  void tell_later(std::string what, bool fatal);
  void end(duration limit);

  loop& loop_;
  properties given_;
  log_reader_events* events_ = nullptr;
  client_handle client_;
  assignment read_;
  std::set<topic_partition> paused_;  ///< librdkafka keeps a partition paused that is given back
  bool closed_ = false;
  std::optional<event_pump> pump_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// A reader with the brokers and rights of the properties. The refusal is what `check_properties` says.
made<std::unique_ptr<log_reader>> make_log_reader(loop& on, const properties& given);

}  // namespace leadrelay::kafka
