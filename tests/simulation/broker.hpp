#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "kafka/consumer.hpp"
#include "kafka/mover.hpp"
#include "simulation/dice.hpp"
#include "simulation/ledger.hpp"
#include "simulation/simulated_world.hpp"
#include "simulation/trace.hpp"

namespace leadrelay::simulation {

class member;
class log_reader;

/// What all parts of one run share.
struct surroundings {
  simulated::virtual_loop& loop;
  dice& random;
  trace& log;
  ledger& truth;

  void after(duration wait, std::function<void()> then) { loop.timers().add(loop.now() + wait, std::move(then)); }
};

/// How the brokers are; numbers are times in a thousand.
struct broker_weather {
  int commits_fail = 0;         ///< refused, without effect
  int commits_fail_partly = 0;  ///< some partitions' offsets taken, the answer is an error
  int commit_answers_lost = 0;  ///< taken, the answer is an error
  int produces_refused = 0;     ///< the queue is full
  int produces_fail = 0;
  int produce_answers_lost = 0;                     ///< written, the answer is an error
  duration slowest{std::chrono::milliseconds{20}};  ///< an answer takes at most this
};

/// The simulated cluster: the source topic with its gaps, the group with what it has committed, and its rebalances. Members are told of
/// a rebalance by their heartbeats; each gives its partitions back and joins again, and who has not by the deadline is thrown out.
class broker {
 public:
  broker(surroundings& at, int partitions, const config::configuration& with);

  broker_weather weather;
  duration rebalance_deadline{std::chrono::seconds{60}};
  int gaps_per_mille = 30;

  /// Writes a record, sometimes after a gap as compaction or a transaction leaves it.
  int append(change made);
  std::int64_t end_of(int partition) const { return end_[static_cast<std::size_t>(partition)]; }
  int partitions() const noexcept { return static_cast<int>(end_.size()); }

  // The group, as its members reach it.
  void join(member& who);
  void leave(member& who);
  /// Whether that member may commit under that generation now.
  bool accepts(const member& who, int generation) const;
  void take_commit(life by, const std::vector<kafka::offset_to_commit>& offsets, std::size_t most);
  std::vector<kafka::assigned_partition> look_up(const std::vector<int>& partitions) const;

  // Parked changes.
  struct parked_record {
    std::int64_t offset = 0;
    int change = -1;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<kafka::produced_header> headers;
  };
  /// Writes the records and takes the commit; one beyond the offset of each.
  std::vector<std::int64_t> take_move(life by, const kafka::move& what);
  /// The first record from that offset on; null at the end.
  const parked_record* parked_at(const kafka::topic_partition& of, std::int64_t from) const;
  std::int64_t end_of(const kafka::topic_partition& of) const;
  /// The number that the ledger knows a partition by, parked ones after those of the source.
  int stream_of(const kafka::topic_partition& of) const;
  void add_reader(log_reader& who) { readers_.push_back(&who); }
  void remove_reader(log_reader& who) { std::erase(readers_, &who); }

  // Trouble.
  void expire(member& who);
  void rebalance() { begin_rebalance(); }
  bool has(const member& who) const;
  /// Whether a rebalance is under way that the member has not joined yet.
  bool waits_for(const member& who) const;
  std::size_t members() const noexcept { return members_.size(); }

 private:
  struct seat {
    member* who = nullptr;
    bool joined = false;
  };

  void begin_rebalance();
  void complete_if_all_joined();
  void complete();
  void remove(const member& who);

  struct parked_log {
    std::deque<parked_record> records;
    std::int64_t end = 0;
  };

  surroundings& at_;
  std::vector<std::int64_t> end_;
  std::vector<std::int64_t> committed_;  ///< by stream
  std::vector<std::string> metadata_;    ///< by stream
  std::vector<std::string> parked_topics_;
  std::map<kafka::topic_partition, parked_log> logs_;
  std::vector<log_reader*> readers_;
  std::vector<seat> members_;
  std::vector<member*> holders_;  ///< by partition, null where nobody
  int generation_ = 0;
  bool rebalancing_ = false;
  int rebalances_ = 0;
};

}  // namespace leadrelay::simulation
