#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kafka/consumer.hpp"
#include "kafka/producer.hpp"

namespace leadrelay::kafka {

/// A topic that records are moved to.
struct needed_topic {
  std::string name;
  int partitions = 1;      ///< at least
  bool compacted = false;  ///< made to keep the last record of each key, instead of all
  /// Bytes of a record's key and value that it takes where it is made, as its brokers' own bound may be below that of another topic. 0: as
  /// they have it.
  std::uint64_t largest_record = 0;
};

/// A record to write, its bytes its own.
struct moved_record {
  std::size_t topic = 0;  ///< index of `move::topics`
  std::int32_t partition = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<produced_header> headers;
};

struct move {
  std::vector<needed_topic> topics;
  std::vector<moved_record> records;
  std::vector<offset_to_commit> offsets;  ///< of the group
};

struct move_result {
  std::string error;                            ///< empty where all is written and committed; otherwise nothing is
  bool may_work_later = true;                   ///< of an error: whether the same move is worth another try
  std::vector<std::int64_t> next_offsets = {};  ///< by record, one beyond its own offset, where all is written
};

/// Writes records to other topics and commits the group's offsets of what they were made from: all of it, or nothing (Kafka's transactions,
/// KIP-98, fenced by the group's generation, KIP-447). One thread, its loop's.
class mover {
 public:
  virtual ~mover() = default;
  /// Begins a move under the group's generation as it is now; one at a time, and none while a commit is under way. Topics that are missing
  /// are created, where that is allowed. `done` is called once, from the loop, not inside this call, when it is certain what has come of
  /// it.
  virtual void begin(move what, std::function<void(const move_result&)> done) = 0;
  /// Looks whether moves to these topics could work: that they are there with partitions enough, or may be created, and that transactions
  /// are allowed. `done` gets what stands in the way, a text each that says what to do.
  virtual void check(std::vector<needed_topic> topics, std::function<void(const std::vector<std::string>& problems)> done) = 0;
  /// Whether a move or a check is under way.
  virtual bool busy() const noexcept = 0;
  /// Tells nothing more, and ends within about `grace`.
  virtual void close(duration grace) = 0;
};

}  // namespace leadrelay::kafka
