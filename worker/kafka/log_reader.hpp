#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/record.hpp"
#include "kafka/consumer.hpp"

namespace leadrelay::kafka {

/// A partition, and the offset to read it from.
struct read_position {
  topic_partition partition;
  std::int64_t next = 0;  ///< where the log begins later, from there
};

/// What a reader tells, on its loop's thread, never inside a call of the reader.
class log_reader_events {
 public:
  virtual ~log_reader_events() = default;
  virtual void on_read(events::record&& read) = 0;
  /// All that the partition holds has been told; `next` is the offset that reading goes on at. Told again after more has come.
  virtual void on_end_of_log(const topic_partition& of, std::int64_t next) = 0;
  /// As `consumer_events::on_error`.
  virtual void on_read_error(const std::string& what, bool fatal) = 0;
};

/// Reads the partitions that it is told to, of no group, and only what committed transactions have written. One thread, its loop's.
class log_reader {
 public:
  virtual ~log_reader() = default;
  /// Tells `to`, which outlives it or `close`.
  virtual void start(log_reader_events& to) = 0;
  /// Reads partitions that it does not read yet.
  virtual void read(const std::vector<read_position>& partitions) = 0;
  /// Nothing more of them is told.
  virtual void leave(const std::vector<topic_partition>& partitions) = 0;
  /// No records of the partitions until `resume`. Records that were fetched meanwhile are read again.
  virtual void pause(const std::vector<topic_partition>& partitions) = 0;
  virtual void resume(const std::vector<topic_partition>& partitions) = 0;
  /// Tells nothing more, and ends within about `grace`.
  virtual void close(duration grace) = 0;
};

}  // namespace leadrelay::kafka
