#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "events/record.hpp"
#include "kafka/consumer.hpp"
#include "kafka/failed_step.hpp"
#include "kafka/handles.hpp"
#include "kafka/log_reader.hpp"
#include "kafka/properties.hpp"
#include "kafka/refusal.hpp"

namespace leadrelay::kafka {

/// What a partition's log holds: offsets from `begin` to before `end`, as far as transactions have ended.
struct log_span {
  topic_partition partition;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Reads logs from one offset to another, for a thread that may wait: a client of its own, of no group, which is told only what committed
/// transactions have written, and holds a few MiB of records whatever the logs hold. Calls give up when the broker says nothing for ten
/// seconds, or a minute where it has answered before; what they say then names the reason.
class log_scanner {
 public:
  /// Once `stop` is true, which outlives the scanner, reading fails as `told_to_stop`, and a question is not asked again.
  static made<std::unique_ptr<log_scanner>> make(const properties& given, const std::atomic<bool>* stop = nullptr);
  ~log_scanner();
  log_scanner(const log_scanner&) = delete;
  log_scanner& operator=(const log_scanner&) = delete;

  /// The topic's partitions, by number; none where there is no such topic.
  made<std::vector<log_span>> find_logs(const std::string& topic);
  made<std::vector<log_span>> find_bounds(const std::vector<topic_partition>& of);
  /// For each log the offset of its first record that is not older than `time_ms` (Unix time), or its end.
  made<std::vector<std::int64_t>> find_time(const std::vector<log_span>& in, std::int64_t time_ms);

  /// Reads these partitions from now on, and no other ones.
  step_result start(const std::vector<read_position>& from);

  /// False ends the reading.
  using visitor = std::function<bool(events::record&&)>;
  /// Reads on until each of the partitions, which are being read, is read to its end. What lies beyond an end may be told too.
  step_result read_to(const std::vector<log_span>& ends, const visitor& visit);

  /// `start` and `read_to` of one partition, and nothing beyond its end.
  step_result scan(const log_span& log, const visitor& visit);

 private:
  log_scanner(client_handle client, properties given, const std::atomic<bool>* stop);
  bool stopped() const { return stop_ && *stop_; }
  made<partition_list_handle> ask_once(const std::vector<topic_partition>& of, const std::vector<std::int64_t>& at);
  made<partition_list_handle> ask(const std::vector<topic_partition>& of, const std::vector<std::int64_t>& at);
  step_result begin_to_fetch();
  bool take(rd_kafka_event_t& event, const visitor& visit);
  bool take_record(const rd_kafka_message_t& message, const visitor& visit);
  void take_error(rd_kafka_event_t& event);
  void collect_trouble();
  failed_step unanswered(rd_kafka_resp_err_t error, const std::string& doing);

  client_handle client_;
  properties given_;
  const std::atomic<bool>* stop_;
  queue_handle events_;
  std::map<topic_partition, std::int64_t> positions_;                ///< of what is being read
  std::map<std::string, std::shared_ptr<const std::string>> names_;  ///< of topics, for their records to share
  std::string trouble_;                                              ///< the last that the client has told
  bool fatal_ = false;
  bool has_answered_ = false;    ///< the broker is one that answers, so that it is worth to ask again
  bool has_dropped_ = false;     ///< records that have been fetched
  std::size_t taken_ = 0;        ///< since fetching has begun, or was woken
  std::size_t taken_bytes_ = 0;  ///< of keys and values
};

}  // namespace leadrelay::kafka
