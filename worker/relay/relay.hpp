#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/loop.hpp"
#include "config/configuration.hpp"
#include "delivery/budget.hpp"
#include "delivery/commit_pace.hpp"
#include "delivery/lane.hpp"
#include "delivery/read_ahead.hpp"
#include "kafka/consumer.hpp"
#include "kafka/log_reader.hpp"
#include "kafka/mover.hpp"
#include "kafka/producer.hpp"
#include "relay/account.hpp"
#include "relay/connection_pools.hpp"
#include "relay/metrics.hpp"
#include "relay/secret_watch.hpp"
#include "relay/snapshot.hpp"
#include "sink/dead_letters.hpp"
#include "sink/results.hpp"
#include "tracing/describe.hpp"

namespace leadrelay::relay {

struct prepared_reload;

struct relay_parts {
  loop& on;
  std::shared_ptr<const config::configuration> configuration;
  kafka::consumer& consumer;
  kafka::producer& producer;
  connector_factory connectors;
  std::uint64_t memory = 0;                   ///< bytes of events this worker may hold
  std::optional<std::size_t> enough_ahead{};  ///< changes; as many as its accounts' concurrency asks for where not given
  std::uint64_t random_seed = 0;              ///< of all jitter, and of the number that tells this worker's offset maps from another's
  secret_files files{};                       ///< as the watch over the secrets' files sees them
  int first_concurrency = delivery::adaptive_concurrency::first_limit;  ///< of each account, cut down to its own
  kafka::mover* mover = nullptr;                                        ///< without it, or a reader, nothing is parked
  kafka::log_reader* reader = nullptr;                                  ///< of parked changes
  tracing::span_sink* spans = nullptr;                                  ///< without it nothing is traced
};

/// One worker: takes records from its consumer, keeps each lead's changes in a lane, applies them to their provider one after
/// another, buries what cannot be delivered, and commits what is settled. docs/life_of_an_event.md follows one event through it.
///
/// Life: construct, `start()`, then `drain()` once; destroy after it has returned. One thread, its loop's.
class relay final : public kafka::consumer_events, public kafka::log_reader_events {
 public:
  explicit relay(relay_parts parts);
  ~relay() override;

  /// Reads the accounts' credentials, from then on anew where their files change, and joins the group. A problem names the account; nothing
  /// is started then.
  outcome<void> start();

  // reload.cpp: another configuration, whose accounts alone may differ, is taken in two steps, so that all workers of a process take it or
  // none does
  /// Makes ready all that it needs and that can fail, which changes nothing yet. The problem says what stands in the way.
  task<outcome<void>> prepare(std::shared_ptr<const config::configuration> next);
  /// Goes on by what was made ready last.
  void apply();
  /// Drops it.
  void abandon();

  /// Takes nothing in any more, lets what is in flight end within `grace`, settles, commits and leaves the group.
  task<void> drain(duration grace);

  relay_snapshot snapshot();

  /// Ready once the group has answered with an assignment, until the drain begins; otherwise why not.
  std::optional<std::string> not_ready() const;

  // kafka::consumer_events
  void on_record(events::record&& taken) override;
  void on_assigned(const std::vector<kafka::assigned_partition>& partitions) override;
  void on_revoked(const std::vector<kafka::topic_partition>& partitions, bool lost) override;
  void on_committed(const kafka::commit_result& result) override;
  void on_error(const std::string& what, bool fatal) override;

  // kafka::log_reader_events: parked changes
  void on_read(events::record&& read) override;
  void on_end_of_log(const kafka::topic_partition& of, std::int64_t next) override;
  void on_read_error(const std::string& what, bool fatal) override { on_error(what, fatal); }

 private:
  using partition_map = std::map<kafka::topic_partition, std::shared_ptr<delivery::owned_partition>>;
  struct attempt;
  struct load;
  struct ending;

  // intake.cpp: from the record to its lane
  void take_in(const std::shared_ptr<delivery::owned_partition>& owner, events::record&& taken);
  static void tell_taken_before(delivery::owned_partition& of, std::int64_t offset);
  void route(delivery::change taken);
  void append_to_lane(account& to, std::string_view key, delivery::change taken);
  void bury_unsent(delivery::change taken, problem why);
  task<void> bury_alone(delivery::change doomed, problem why);
  void hold(delivery::change& taken);
  void release(const delivery::change& ended);
  /// A lane with its coroutine, which lives until the broker knows of its last change.
  static constexpr std::uint64_t lane_bytes = 1024;
  void release_lane(const running_lane& ended);
  void pause_or_resume(delivery::owned_partition& touched);
  bool is_to_pause(const delivery::owned_partition& of) const;
  void pause_or_resume_all();
  std::size_t enough_ahead() const;
  void look_how_far_to_read();
  void rest_or_read();

  // deliver.cpp: a lane's work, which reads like the story of an event
  task<void> run_lane(account& of, running_lane& lane);
  void come_to_gate(account& of, running_lane& lane, delivery::try_kind kind) const;
  task<std::size_t> deliver(account& of, running_lane& lane);
  bool build(account& of, running_lane& lane, providers::request& into, ending& end);
  task<void> send_until_settled(account& of, running_lane& lane, load& what, ending& end);
  static bool has_ended(const load& what, const attempt& tried, const delivery::decision& next, ending& end);
  task<void> try_once(account& of, running_lane& lane, const load& what, attempt& tried);
  static void stop(account& of, attempt& tried);
  task<http::pool::lease> connect(account& of, running_lane& lane, attempt& tried);
  bool may_leave_still(account& of, running_lane& lane, attempt& tried, time_point now);
  void begin_exchange(account& of, running_lane& lane, const load& what, attempt& tried, time_point now);
  void judge(account& of, const running_lane& lane, const load& loaded, const http::exchange& came, attempt& tried, time_point now);
  static std::vector<std::string> secrets_of(const account& of, const running_lane& lane, std::size_t changes);
  delivery::decision decide_next(account& of, const running_lane& lane, const load& what, attempt& tried, ending& so_far, time_point now);
  double random_fraction() { return std::uniform_real_distribution<double>{}(random_); }
  bool judge_provider(account& of, const running_lane& lane, const attempt& tried, time_point now);
  static void tell_gate(account& of, const running_lane& lane, const attempt& tried, const delivery::decision& next);
  static void tell_reachable(account& of, const attempt& tried);
  task<bool> back_off(running_lane& lane, time_point until);

  // tracing.cpp: what is told of single events, in the log, to their providers and in spans
  void begin_trace(delivery::change& taken);
  static void name_trace(const delivery::change& taken, const events::lead_change& decoded, const account& of);
  void enter_step(running_lane& lane, lane_step step) const;
  void end_wait(const delivery::change& of, time_point at);
  void trace_attempt(const running_lane& lane, const load& what, const attempt& tried, int resend_count);
  void trace_dead_letter(const delivery::change& doomed, const ending& end, time_point began, bool acknowledged);
  static void trace_settled(const delivery::change& ended, const ending& end);
  void end_trace(const delivery::change& ended);
  static std::optional<tracing::trace_context> context_of(const delivery::change& of);
  tracing::span_id make_span_id();
  std::optional<tracing::trace_context> context_of_request(const running_lane& lane, const load& what);
  static std::string traced_headers(const account& of, const running_lane& lane, const attempt& tried);
  static std::string event_id_in_log(const delivery::change& of);
  static std::optional<std::string> trace_id_in_log(const delivery::change& of);
  void tell_attempt(const account& of, const running_lane& lane, const load& what, const attempt& tried, int resend_count);
  static void tell_delivered(const account& of, const delivery::change& ended, const ending& end);
  static void tell_dead_letter(const account* of, const delivery::change& doomed, const ending& end);

  // announcing.cpp: what the broker is to know before a request leaves
  task<bool> announce(running_lane& lane, const load& what);
  void take_back(running_lane& lane);
  void take_back(delivery::owned_partition& from, std::int64_t offset);

  // settle.cpp: a change's end
  task<bool> bury(account* of, delivery::change& doomed, const ending& end);
  static events::record take_record(delivery::change& doomed);
  void wake_burials();
  void settle(account* of, const delivery::change& ended, const ending& end);
  void count_delivered(account_metrics& in, const events::record& delivered);
  void settle_offset(const delivery::change& ended);
  std::vector<std::shared_ptr<delivery::owned_partition>> later_assignments(const delivery::owned_partition& of) const;
  void tell_result(account* of, const delivery::change& ended, const ending& end);

  // merging.cpp: changes of one lead in one request
  bool reads_started(const account& of, const running_lane& lane) const;
  bool must_wait_for_past(const account& of, const running_lane& lane) const;
  task<void> past_is_known(const account& of, running_lane& lane);
  void wake_readers();
  void load_up(const account& of, const running_lane& lane, load& what, bool waited) const;
  static bool goes_before_parked(const account& of, const running_lane& lane);
  void go_one_by_one(const account& of, running_lane& lane, const load& failed, bool rejected);
  void settle_together(account& of, const running_lane& lane, const ending& end);
  void let_go(account& of, running_lane& lane, std::size_t changes);
  static std::string event_id_of(const delivery::change& of);

  /// Changes that go with one move, at most.
  static constexpr std::size_t most_moved = 2000;
  /// What may wait of an account's parked changes once they are read back, and of later ones while the last of those are delivered.
  static constexpr std::size_t most_read_back = 1000;

  // parking.cpp, moving.cpp: changes that are set aside in their account's topic
  bool may_park(const account& of) const;
  bool gives_way(const account& of) const;
  void park(account& of, std::string_view why);
  void tell_parking(account& of, std::string_view why);
  static void clear_lanes(account& of);
  void past_is_read(const delivery::owned_partition& source);
  std::vector<std::shared_ptr<delivery::owned_partition>> sources() const;
  void park_most_of(const std::shared_ptr<delivery::owned_partition>& full);
  std::uint64_t bytes_to_move() const;
  void park_largest();
  void relieve();
  std::uint64_t most_bytes_waiting(const account& of) const;
  void look_whether_crowded(account& of);
  void look_whether_down();
  /// What is parked waits that much longer than the rest for what was started before: an order that is lost among parked changes stays
  /// lost.
  static constexpr duration longest_reading_parked = std::chrono::minutes{10};
  static time_point waits_until(const account& of, const delivery::owned_partition& from);
  bool reads_on(const account& of, const delivery::owned_partition& from) const;
  const std::shared_ptr<delivery::owned_partition>& source_of(const std::shared_ptr<delivery::owned_partition>& of) const;
  static bool may_set_aside(const delivery::change& of);
  void set_aside(account_partition& to, delivery::change taken);
  bool hand_over(account& of, running_lane& lane);
  kafka::move gather_move();
  void gather_of(account& of, kafka::move& into, std::uint64_t& bytes);
  bool is_closing(const account_partition& of) const;
  void add_moved_logs(std::vector<kafka::offset_to_commit>& to) const;
  void note_failed_move(const kafka::move_result& result);
  std::map<const delivery::owned_partition*, delivery::offsets> offsets_as_moved() const;
  void on_moved(const kafka::move_result& result);
  void settle_moved(const kafka::move_result& result);
  void unpark(account_partition& of);
  void move_soon();
  delivery::change take_first(account_partition& of);
  void drop_settled(account_partition& of);
  void drop_waiting(account_partition& of);

  // read_back.cpp: what was set aside comes back
  account_partition& partition_of(account& of, const std::shared_ptr<delivery::owned_partition>& source);
  account_partition& add_log(account& of, const std::shared_ptr<delivery::owned_partition>& source, const kafka::beside_partition& found);
  void take_over_logs(const std::shared_ptr<delivery::owned_partition>& source, const kafka::assigned_partition& given);
  void take_over_log(account& of, const std::shared_ptr<delivery::owned_partition>& source, const kafka::beside_partition& found);
  void start_reading(account_partition& of);
  void start_late_reading();
  void read_on(account_partition& of);
  void stop_reading(account_partition& of);
  void leave_logs(const delivery::owned_partition& source, std::vector<std::shared_ptr<delivery::owned_partition>>& leaving);
  static bool hands_over_later(const account_partition& of);
  bool has_room_for_lanes(const account_partition& of) const;
  bool may_unpark(const account_partition& of) const;
  void look_whether_drained();
  kafka::needed_topic parked_in(std::string topic, int partitions) const;
  void check_parking();
  void renew_logs();
  std::vector<kafka::offset_to_commit> renewed_logs();

  // partitions.cpp: what the group gives and takes
  std::shared_ptr<delivery::owned_partition> own(const kafka::topic_partition& name, std::int64_t committed, const std::string& metadata);
  /// Returns when `reached`, which outlives the wait, holds (true) or at `deadline` (false).
  task<bool> until(const std::function<bool()>& reached, time_point deadline);
  void tell_progress();
  task<void> give_back(std::vector<std::shared_ptr<delivery::owned_partition>> leaving);
  void give_up(const kafka::topic_partition& name);
  duration longest_request() const;
  void abandon_waiting();
  void abandon_requests();
  delivery::limit_share share() const;
  void share_limits();

  // commits.cpp: how far everything is settled, told to the group
  using haste = delivery::haste;
  haste haste_of(const account& of) const noexcept;
  void commit_soon(haste how);
  void arm_commit();
  void commit_now();
  void finish_commit(const std::string& error);
  void wake_committed();
  /// The number of the first commit that tells of all that is settled and started by now of the lane's partition, which is made soon and
  /// wakes the lane; 0 where the broker knows, or the partition is given up.
  std::uint64_t commit_to_wait_for(running_lane& lane, lane_step meanwhile, haste how);
  /// Returns once such a commit is acknowledged (true), or the partition of the lane's change is given up (false).
  task<bool> committed(running_lane& lane, lane_step meanwhile, haste how);

  // reload.cpp
  outcome<std::shared_ptr<prepared_reload>> make_ready(std::shared_ptr<const config::configuration> next);
  outcome<account_change> make_change(const config::configuration& next, std::shared_ptr<const config::account> settings);
  std::optional<problem> find_parked_of_removed(const config::configuration& next) const;
  void take(prepared_reload& ready);
  std::unique_ptr<account> take_account(account_change change, std::vector<std::unique_ptr<account>>& former);
  void introduce(account& added);
  void watch_secret(account& of);
  void take_over_added(const prepared_reload& ready);
  void forget_removed();
  void forget(account& gone);

  // watchdog.cpp: partitions that make no progress
  void keep_watch();
  void look_at_partitions();
  void tell_stall(const delivery::owned_partition& stalled, std::int64_t oldest);

  loop& loop_;
  std::shared_ptr<const config::configuration> configuration_;
  kafka::consumer& consumer_;
  kafka::mover* mover_;
  kafka::log_reader* reader_;
  tracing::span_sink* spans_;
  sink::dead_letters dead_letters_;
  connection_pools pools_;
  int first_concurrency_;
  std::optional<sink::results> results_;
  delivery::budget budget_;
  std::optional<std::size_t> given_enough_ahead_;
  delivery::read_ahead ahead_;
  std::mt19937_64 random_;
  std::uint32_t writer_;  ///< of the offset maps, never 0
  std::mt19937_64 ids_;   ///< of spans; of its own, so that what is traced changes nothing else

  std::vector<std::unique_ptr<account>> accounts_;                   ///< in the order of the configuration, those that were removed last
  std::unordered_map<std::string_view, account*> accounts_by_name_;  ///< keys are the accounts' own
  std::shared_ptr<prepared_reload> prepared_;                        ///< null where none is under way
  secret_watch secret_watch_;
  partition_map partitions_;
  partition_map former_;           ///< partitions that this worker had before: what it has settled of them it does not deliver again
  int partitions_in_all_ = 1;      ///< of the subscribed topics, in the whole group
  time_point share_kept_until_{};  ///< of limits, though its partitions are given up
  worker_metrics metrics_;

  std::map<std::string, account*, std::less<>> accounts_by_log_;               ///< by their topics of parked changes
  std::map<kafka::topic_partition, std::shared_ptr<account_partition>> logs_;  ///< by the partition of parked changes
  std::map<std::string, int, std::less<>> source_sizes_;                       ///< how many partitions each source topic has
  std::vector<std::shared_ptr<account_partition>> moving_;                     ///< of the move under way
  std::set<kafka::topic_partition> renewals_;                                  ///< logs to commit though nothing is new in them
  std::set<kafka::topic_partition> renewing_;                                  ///< with the commit that is under way
  time_point move_not_before_{};                                               ///< after one that failed
  std::size_t waiting_to_move_ = 0;
  std::size_t first_to_move_ = 0;  ///< the account that the next move begins with
  std::string move_trouble_;       ///< why moves fail now
  std::vector<std::string> parking_problems_;
  time_point parking_check_at_{};
  std::optional<timer_queue::id> renewal_timer_;

  struct burial;
  std::set<std::shared_ptr<burial>> burials_;  ///< of changes whose dead letters are not acknowledged yet
  bool burials_stopped_ = false;
  std::vector<wakeup*> watchers_;  ///< of `until`, woken whenever a change, a burial or a commit has ended

  std::vector<running_lane*> readers_;  ///< lanes that wait until what was started before is read

  struct sent_offset {
    std::shared_ptr<delivery::owned_partition> of;
    std::uint64_t version = 0;
    std::int64_t next = 0;
  };
  struct commit_waiter {
    std::uint64_t commit = 0;
    running_lane* lane = nullptr;
  };
  std::vector<sent_offset> sent_offsets_;  ///< of the commit under way; empty where none is
  std::uint64_t commits_sent_ = 0;
  std::uint64_t commits_acknowledged_ = 0;    ///< the number of the last one that was
  std::deque<commit_waiter> commit_waiters_;  ///< by the commit they wait for
  std::optional<timer_queue::id> commit_timer_;
  delivery::commit_pace commit_pace_;
  bool paused_ = false;     ///< at the memory budget
  bool reads_far_ = false;  ///< further than is enough, as something that is held waits long
  bool rests_ = false;
  bool assigned_once_ = false;
  bool draining_ = false;
  duration grace_{};
  int running_ = 0;  ///< coroutines of lanes and burials under way
  std::string last_error_;
  std::string kafka_trouble_;  ///< what the client has reported since something last worked
  time_point kafka_trouble_at_{};
  std::string commit_trouble_;  ///< why commits fail now
  std::optional<timer_queue::id> watch_timer_;
};

}  // namespace leadrelay::relay
