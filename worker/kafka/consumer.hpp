#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "base/time.hpp"
#include "events/record.hpp"

/// The border to Kafka. The relay speaks to these interfaces; librdkafka is behind one implementation, a simulated broker behind another.
namespace leadrelay::kafka {

struct topic_partition {
  std::string topic;
  std::int32_t partition = -1;
  auto operator<=>(const topic_partition&) const = default;
};

/// What to commit for a partition: the next offset to read, and text kept beside it.
struct offset_to_commit {
  topic_partition partition;
  std::int64_t next = 0;
  std::string metadata;  ///< at most 4,096 bytes, without NUL
};

/// A partition with the same number, of a topic that is kept beside the assigned one's, and what the group has committed for it.
struct beside_partition {
  topic_partition partition;
  std::int64_t committed = -1;  ///< the next offset to read, -1 where nothing was committed
  std::string metadata;
  std::int64_t begin = 0;  ///< the first offset that the log still holds
  std::int64_t end = 0;    ///< one beyond the last, whether committed or not; -1 where that is not known
};

/// A partition that the group has given to this consumer, with what was committed for it before.
struct assigned_partition {
  topic_partition partition;
  std::int64_t committed = -1;                ///< the next offset to read, -1 where nothing was committed
  std::string metadata;                       ///< what was kept beside it
  int number = 0;                             ///< among the partitions of all subscribed topics, numbered through by the topics' names
  int of_all = 1;                             ///< how many these are
  int of_topic = 1;                           ///< how many partitions its topic has
  std::vector<beside_partition> beside = {};  ///< those that exist and hold, or held, something
};

/// By a topic's name, the names of the topics that are kept beside it.
using topics_beside = std::map<std::string, std::vector<std::string>>;

struct commit_result {
  std::vector<offset_to_commit> offsets;
  std::string error;  ///< empty where the broker has acknowledged it
};

/// What a consumer tells, on its loop's thread.
class consumer_events {
 public:
  virtual ~consumer_events() = default;
  virtual void on_record(events::record&& taken) = 0;
  virtual void on_assigned(const std::vector<assigned_partition>& partitions) = 0;
  /// The group takes the partitions back. Nothing of them is delivered any more; `consumer::give_up` ends the revocation.
  /// `lost`: the session has expired, somebody else may own them already, nothing may be committed.
  virtual void on_revoked(const std::vector<topic_partition>& partitions, bool lost) = 0;
  virtual void on_committed(const commit_result& result) = 0;
  /// Trouble that passes by itself (broker away) or not (authentication); the text names it.
  virtual void on_error(const std::string& what, bool fatal) = 0;
};

/// The first offset that a partition's log holds, and one beyond its last; -1 where that is not known.
struct log_bounds {
  std::int64_t begin = -1;
  std::int64_t end = -1;
};

/// A member of the consumer group. One thread, its loop's.
class consumer {
 public:
  virtual ~consumer() = default;
  /// Joins the group and starts to deliver to `to`, which outlives it.
  virtual void start(consumer_events& to) = 0;
  /// Sends a commit; its result comes as `on_committed`, commits in the order they were sent.
  virtual void commit(std::vector<offset_to_commit> offsets) = 0;
  /// No records of the partitions until `resume`. Records that were fetched meanwhile are read again.
  virtual void pause(const std::vector<topic_partition>& partitions) = 0;
  virtual void resume(const std::vector<topic_partition>& partitions) = 0;
  /// While it rests no records come: they wait where they were fetched to, and none is read again.
  virtual void rest(bool rests) = 0;
  /// What the last fetch has told of the partition's log; asks nobody.
  virtual log_bounds known_bounds(const topic_partition&) const { return {}; }
  /// Assignments tell of these too from now on, those included that are being looked up; `found` gets the partitions held now with what is
  /// beside them of these alone: once, from the loop, not inside this call. Never where it closes before, and not while the broker does
  /// not answer.
  virtual void add_beside(const topics_beside& more, std::function<void(const std::vector<assigned_partition>&)> found) = 0;
  /// Ends a revocation that `on_revoked` began.
  virtual void give_up() = 0;
  /// Leaves the group (which may revoke first) and returns when it has, within `grace`.
  virtual task<void> close(duration grace) = 0;
};

}  // namespace leadrelay::kafka
