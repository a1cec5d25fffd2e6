#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "kafka/log_reader.hpp"
#include "kafka/mover.hpp"

/// Where the relay of the small world parks changes: topics that outlive it, moves and reading that a test tells what to do.
namespace leadrelay::simulated {

struct parked_record {
  std::int64_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<kafka::produced_header> headers;
};

/// One partition of parked changes.
struct parked_log {
  std::deque<parked_record> records;
  std::int64_t end = 0;  ///< transaction markers take offsets, too
};

/// All of them, with what the group has committed for each.
class parked_logs {
 public:
  std::map<kafka::topic_partition, parked_log> all;
  std::map<kafka::topic_partition, kafka::offset_to_commit> committed;

  /// Writes what a move has, or what somebody else writes: one beyond the offset of each record.
  std::vector<std::int64_t> write(const kafka::move& what);
  std::vector<kafka::beside_partition> beside(std::int32_t partition) const;
  /// How many changes that partition holds, settled ones as well.
  std::size_t size(const std::string& topic, std::int32_t partition = 0) const;
  /// Whether the group has committed all of them.
  bool all_committed() const;

  std::function<void()> on_written = [] {};
  bool ends_are_known = true;  ///< at an assignment
};

class log_mover final : public kafka::mover {
 public:
  log_mover(loop& on, parked_logs& to, std::function<void(const std::vector<kafka::offset_to_commit>&)> commit)
      : loop_(on),
        logs_(to),
        commit_(std::move(commit)) {}

  void begin(kafka::move what, std::function<void(const kafka::move_result&)> done) override;
  void check(std::vector<kafka::needed_topic> topics, std::function<void(const std::vector<std::string>& problems)> done) override;
  bool busy() const noexcept override { return busy_; }
  void close(duration) override { life_.reset(); }
  /// For another relay.
  void open();

  std::function<std::string()> on_move = [] { return std::string(); };  ///< a text fails it, without effect
  kafka::move under_way;                                                ///< the last one begun
  bool may_work_later = true;                                           ///< of one that fails
  std::vector<std::string> problems;                                    ///< that a check finds
  std::vector<kafka::needed_topic> checked;
  duration move_time = std::chrono::milliseconds{5};
  std::vector<kafka::move> moves;  ///< that have worked
  int failed = 0;

 private:
  loop& loop_;
  parked_logs& logs_;
  std::function<void(const std::vector<kafka::offset_to_commit>&)> commit_;
  std::shared_ptr<bool> life_ = std::make_shared<bool>(true);
  bool busy_ = false;
};

class log_reader final : public kafka::log_reader {
 public:
  log_reader(loop& on, parked_logs& of) : loop_(on), logs_(of) {}

  void start(kafka::log_reader_events& to) override { events_ = &to; }
  void read(const std::vector<kafka::read_position>& partitions) override;
  void leave(const std::vector<kafka::topic_partition>& partitions) override;
  void pause(const std::vector<kafka::topic_partition>& partitions) override;
  void resume(const std::vector<kafka::topic_partition>& partitions) override;
  void close(duration) override;

  /// There may be more to read.
  void fetch_soon();
  bool reads(const std::string& topic, std::int32_t partition = 0) const { return reading_.contains({topic, partition}); }

  duration fetch_time = std::chrono::milliseconds{2};
  std::vector<kafka::read_position> begun;  ///< where reading has begun each time
  std::size_t told = 0;                     ///< records
  int pauses = 0;
  int resumes = 0;

 private:
  struct position {
    std::int64_t next = 0;
    bool paused = false;
    std::int64_t told_end = -1;
  };

  void fetch();
  bool tell_next(const kafka::topic_partition& of);

  loop& loop_;
  parked_logs& logs_;
  kafka::log_reader_events* events_ = nullptr;
  std::map<kafka::topic_partition, position> reading_;
  bool fetching_ = false;
};

}  // namespace leadrelay::simulated
