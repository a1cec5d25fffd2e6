#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "kafka/assignment.hpp"
#include "kafka/client_configuration.hpp"
#include "kafka/commit_line.hpp"
#include "kafka/committed_lookup.hpp"
#include "kafka/consumer.hpp"
#include "kafka/event_pump.hpp"
#include "kafka/handles.hpp"

namespace leadrelay::kafka {

/// A group member over librdkafka's event API.
///
/// Rebalances are answered one at a time, in the order they come. To be given partitions takes a look-up of what is committed for them,
/// beside the loop; then reading starts there (`auto.offset.reset` where nothing is). To give partitions back waits for `give_up`, and
/// for the commits that were sent before. Nothing but `close` leaves the group; the destructor ends without.
class librdkafka_consumer final : public consumer {
 public:
  /// `client` has subscribed to nothing yet. `given` is only for taking secrets out of texts.
  librdkafka_consumer(loop& on, client_handle client, std::vector<std::string> topics, properties given, topics_beside beside = {},
                      client_handle watcher = {});
  ~librdkafka_consumer() override;

  void start(consumer_events& to) override;
  void commit(std::vector<offset_to_commit> offsets) override;
  void pause(const std::vector<topic_partition>& partitions) override;
  void resume(const std::vector<topic_partition>& partitions) override;
  void rest(bool rests) override;
  log_bounds known_bounds(const topic_partition& of) const override;
  void add_beside(const topics_beside& more, std::function<void(const std::vector<assigned_partition>&)> found) override;
  void give_up() override;
  task<void> close(duration grace) override;

  /// Its client, null once closed.
  rd_kafka_t* client() const noexcept { return client_.get(); }

 private:
  struct rebalance {
    bool assigns = false;
    partition_list_handle partitions;
  };
  enum class step { idle, looking_up, revoking };

  void on_event(rd_kafka_event_t& event);
  void on_message(rd_kafka_event_t& event);
  void on_rebalance(rd_kafka_event_t& event);
  void on_committed(const commit_result& result);

  void serve_rebalances();
  void begin_assign();
  void finish_assign(std::vector<assigned_partition> found);
  void abandon_assign();
  void begin_revoke();
  void finish_revoke();
  void take_records_of(const std::vector<topic_partition>& partitions);
  void leave_records_of(const std::vector<topic_partition>& partitions);
  void count_taken(std::size_t bytes);
  std::string assign(const rd_kafka_topic_partition_list_t* list);
  std::string unassign(const rd_kafka_topic_partition_list_t* list);
  bool cooperative() const;

  void tell_error(rd_kafka_resp_err_t error, const std::string& text);
  void tell_error_if(const std::string& doing, const std::string& text);
  bool is_closed() const;
  void end(duration limit);

  loop& loop_;
  client_handle client_;
  std::vector<std::string> topics_;
  properties given_;
  topics_beside beside_;
  std::uint64_t beside_version_ = 0;  ///< of these topics
  client_handle watcher_;             ///< null where there are none beside
  consumer_events* events_ = nullptr;
  assignment assignment_;
  std::set<topic_partition> paused_;  ///< librdkafka keeps a partition paused through rebalances
  std::deque<rebalance> rebalances_;  ///< the first one is under way unless `step_` is idle
  step step_ = step::idle;
  bool give_up_wanted_ = false;
  bool closing_ = false;
  std::unique_ptr<committed_lookup> lookup_;
  std::uint64_t looked_up_with_ = 0;                                           ///< the version of the topics beside that it asks for
  std::map<std::uint64_t, std::unique_ptr<committed_lookup>> beside_lookups_;  ///< of `add_beside`; the last one is wanted
  std::optional<commit_line> commits_;
  std::optional<event_pump> pump_;     ///< of all but records
  std::optional<event_pump> records_;  ///< of each partition's own queue, so that the worker may rest and none goes before the others
  std::map<topic_partition, event_pump::queue_id> record_queues_;
  const std::uint64_t full_bytes_;  ///< of records, as librdkafka counts a full queue's (`queued.max.messages.kbytes`, of 1,000 each)
  std::uint64_t taken_bytes_ = 0;   ///< since so many were
  wakeup progress_;                 ///< while closing: something has happened
};

/// A consumer for the topics, not started. `beside`: topics that are not consumed, whose partitions are told with the assigned ones.
/// The refusal is what `check_properties` says, or librdkafka.
made<std::unique_ptr<consumer>> make_consumer(loop& on, const properties& given, std::vector<std::string> topics,
                                              topics_beside beside = {});

}  // namespace leadrelay::kafka
