#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/intrusive/slist.hpp>

#include "base/loop.hpp"
#include "config/configuration.hpp"
#include "delivery/commit_pace.hpp"
#include "delivery/gate.hpp"
#include "delivery/lane.hpp"
#include "delivery/recent_counts.hpp"
#include "delivery/waiting_times.hpp"
#include "http/pool.hpp"
#include "kafka/consumer.hpp"
#include "relay/account_terms.hpp"
#include "relay/metrics.hpp"

namespace leadrelay::relay {

/// What a lane's first change is doing; the words of the log and of metrics.
enum class lane_step {
  idle,         ///< nobody works on the lane
  starting,     ///< the change is about to be built
  at_gate,      ///< waits for its account's gate
  announcing,   ///< waits for the commit that says that its request, which may not be repeated, is about to leave
  connecting,   ///< waits for a connection
  requesting,   ///< its request is on the wire
  backing_off,  ///< waits before its next attempt
  burying,      ///< waits for its dead letter's acknowledgement
  committing,   ///< settled; the next change waits for the commit that tells of it
};

std::string_view to_string(lane_step) noexcept;

/// Where a lane's changes come from. Those read back have lanes of their own.
enum class lane_side { source, read_back };

inline lane_side side_of(const delivery::owned_partition& from) noexcept { return from.parked ? lane_side::read_back : lane_side::source; }

inline kafka::topic_partition name_of(const delivery::owned_partition& of) { return {of.topic, of.number}; }

/// A lane with the coroutine that works on it. Its place in the line at its account's gate is in itself.
struct running_lane : boost::intrusive::slist_base_hook<> {
  running_lane(executor on, std::string key, lane_side of) : signal(on), side(of) { queue.key = std::move(key); }

  delivery::lane queue;
  wakeup signal;        ///< wakes the coroutine from the gate or from a back-off
  memory_part frame{};  ///< about where the coroutine's variables are
  lane_side side;
  bool set_aside = false;                       ///< its account has been parked since it came to the gate
  std::size_t in_place = 0;                     ///< its first changes, which may have been applied; what came behind them is parked
  std::optional<delivery::admission> admitted;  ///< the gate has let it through since it began to wait
  std::uint64_t waits_as = 0;                   ///< its number at the gate: who came first
  bool waited = false;                          ///< it was not let through at once
  bool over_budget = false;                     ///< the budget of retries has held it back since it came to the gate
  lane_step step = lane_step::idle;
  std::shared_ptr<delivery::owned_partition> from;  ///< the partition of the change that is worked on
  std::size_t unmerged = 0;                         ///< of its next changes, which the provider has rejected together, each goes alone
  std::size_t regrouped = 0;                        ///< but for those among so many that may have been applied together
  /// Marked as started for a request of which nothing can have had an effect yet; to be taken back where that stays so.
  std::optional<std::int64_t> announced;
  http::connection* over = nullptr;            ///< what its request is on, while it is on the wire
  std::shared_ptr<const account_terms> terms;  ///< that the first change's request is built by
};

/// Its coroutine will go on soon.
inline void fetch_coroutine(const running_lane& lane) noexcept {
  prefetch(lane.signal.waiter());
  prefetch(lane.frame);
}

class account;

/// One account's changes of one source partition: delivered as they come, or parked: moved to the account's topic of parked changes and
/// read back from there.
struct account_partition {
  account& of;
  std::shared_ptr<delivery::owned_partition> source;
  std::shared_ptr<delivery::owned_partition> log;  ///< the partition that they are moved to
  bool parked = false;
  bool reading = false;
  std::deque<delivery::change> to_move{};         ///< taken and not moved yet, in the order of their lanes
  std::size_t moving = 0;                         ///< the first of these, which the move under way takes
  std::int64_t next_to_read = 0;                  ///< where reading goes on
  std::int64_t read_to_end = -1;                  ///< where the log's end was when reading came to it last
  std::int64_t end = -1;                          ///< as far as the log is known to reach; -1 where it is known as read
  bool end_is_known = true;                       ///< otherwise reading tells
  bool read_ahead = false;                        ///< reading has gone beyond that
  std::optional<time_point> reads_at_latest{};    ///< where reading begins once its source is read as far as its former owner had started
  std::optional<kafka::offset_to_commit> kept{};  ///< what the group has committed of it before

  /// Whether all that is in the log has been read.
  bool is_read() const noexcept { return moving == 0 && end_is_known && !read_ahead && read_to_end >= end; }
  /// Whether it is settled too, and the broker knows.
  bool is_drained() const noexcept;
  /// What a commit says of it now; what the group has committed before where nothing of it has been read; nothing where it has neither.
  std::optional<kafka::offset_to_commit> commit() const;
};

/// How the moves of an account's changes fail, where they do.
struct move_trouble {
  std::optional<time_point> since{};
  duration pause{};
  time_point not_before{};
};

/// What waits of an account on one side.
struct waiting {
  std::size_t changes = 0;
  std::uint64_t bytes = 0;
};

/// One account in one worker: its lanes, its gate, its credential, and the connections that it shares. One thread.
class account {
 public:
  account(loop& on, account_change made, int first_limit);
  ~account();

  const std::string& name() const noexcept { return name_; }
  /// As they are now, until the next suspension; what is needed beyond that is kept by its `terms`.
  const config::account& settings() const noexcept { return *terms_->settings; }
  const std::shared_ptr<const account_terms>& terms() const noexcept { return terms_; }
  /// Whether the lane's request is built by the settings as they are now; goes where requests go now.
  bool is_current(const running_lane& lane) const noexcept { return lane.terms->version == terms_->version; }
  bool goes_there_still(const running_lane& lane) const noexcept { return lane.terms->destination == terms_->destination; }
  http::pool& pool() noexcept { return *pool_; }
  delivery::gate& gate() noexcept { return gate_; }
  account_metrics& metrics() noexcept { return metrics_; }

  /// Goes on by what has been made ready. Requests on the wire end as they were sent.
  void take(account_change made);
  /// The configuration does not have it any more: what was taken of it is delivered, and nothing more is taken.
  void remove(time_point now) noexcept { removed_at_ = removed_at_.value_or(now); }
  bool is_removed() const noexcept { return removed_at_.has_value(); }
  const std::optional<time_point>& removed_at() const noexcept { return removed_at_; }
  /// And its provider has been down since for so long that what is left of it is not to wait any more.
  void give_up();
  bool has_given_up() const noexcept { return has_given_up_; }
  /// Whether nothing is left of one that was removed.
  bool is_over() const;
  /// The header lines every request carries, the credential among them.
  const std::string& headers() const noexcept { return headers_; }
  /// The texts in which an answer may echo the credential or the one before it, which requests still in flight may carry.
  const std::vector<std::string>& secrets() const noexcept { return secrets_; }

  // credential.cpp: the secret, and whether the provider accepts it
  /// Takes the secret that has been read. Another one than before is for the next request, and tried at once where the provider has refused
  /// the former; false where it cannot be used, which leaves the former in place. The beginning and the end of trouble are logged.
  bool take_credential(const outcome<std::string>& read);
  /// A request that was admitted before the provider refused the credential, or before the breaker opened, does not leave any more: one at
  /// a time tries the provider. Neither does one that is built by former settings.
  bool may_leave(const running_lane& lane, time_point now);
  /// What an answer says of the credential, where the request left since the last word on it.
  void tell_credential(providers::verdict verdict, unsigned http_status, std::uint64_t sent_in);
  /// How the credential stands, where something is wrong with it.
  struct credential_trouble {
    std::string refused;               ///< empty while the provider accepts it
    std::optional<wall_time> since{};  ///< of `refused`
    std::string unreadable;            ///< why the secret cannot be read anew; the former one stays in use
  };
  const credential_trouble& trouble() const noexcept { return trouble_; }

  /// The lane of that key, made where there is none yet.
  running_lane& lane_of(std::string_view key, lane_side side);
  const running_lane* find_lane(std::string_view key, lane_side side) const;
  void erase_lane(const running_lane& ended);
  /// Whether the lead's lane on the other side goes first: what is in the source's lane came before what was parked, as a rule, and a
  /// request for a partition that is given up may still be under way.
  bool must_wait_for_beside(const running_lane& lane) const;
  void wake_beside(const running_lane& lane) const;
  void each_lane(const std::function<void(running_lane&)>& visit) const;
  std::size_t lane_count() const noexcept { return lanes_[0].size() + lanes_[1].size(); }

  // Its source partitions, as far as they are or have been parked.
  std::shared_ptr<account_partition> partition(const delivery::owned_partition& source) const;
  void add_partition(std::shared_ptr<account_partition> made);
  void erase_partition(const delivery::owned_partition& source);
  /// Where changes of that source partition are parked; null where they are not.
  account_partition* parked(const delivery::owned_partition& source) const;
  bool any_parked() const noexcept { return parked_count_ > 0; }
  void set_parked(account_partition& of, bool parked) noexcept;
  void each_partition(const std::function<void(account_partition&)>& visit) const;
  /// Ends the waits of those of its lanes, so that what is parked leaves them.
  void set_lanes_aside(const std::function<bool(const running_lane&)>& which);

  move_trouble& moves() noexcept { return moves_; }
  /// Its changes that wait to be moved.
  std::size_t to_move() const noexcept { return to_move_; }
  void count_to_move(int difference) noexcept { to_move_ += static_cast<std::size_t>(difference); }

  /// Since when its provider fails or refuses the credential, as far as `look_whether_down` has seen.
  const std::optional<time_point>& down_since() const noexcept { return down_since_; }
  void look_whether_down(time_point now);

  /// Whether what waits of it on the source's side takes longer than 10 s at the pace of the last ones, as far as `look_whether_slow` has
  /// seen. It takes 5 s to see that where its provider is not down.
  bool is_slow() const noexcept { return is_slow_; }
  void look_whether_slow(time_point now);
  /// So many changes of the source's side have ended.
  void count_ended(std::size_t changes, time_point now);

  /// Nothing of it is parked before.
  time_point parks_from() const noexcept { return parks_from_; }
  void park_from(time_point when) noexcept { parks_from_ = when; }

  const waiting& held(lane_side side) const noexcept { return held_[index(side)]; }
  /// A change has come to a lane; has left it.
  void count_held(lane_side side, const delivery::change& come) noexcept;
  void forget_held(lane_side side, const delivery::change& gone) noexcept;

  /// Comes to the gate, where first come is first served; a retry that the budget does not cover yet waits beside the others. The lane's
  /// signal is notified once it is called.
  void line_up(running_lane& lane, delivery::try_kind kind);
  /// Whether it is let through or its current change was given up meanwhile.
  static bool is_called(const running_lane& lane) { return lane.admitted || has_no_turn(lane); }
  /// Passes the gate once it is called. False where its change was given up. How it was let through is in `lane.admitted`.
  bool pass(const running_lane& lane);
  /// How many lanes wait at the gate.
  std::size_t at_gate() const noexcept { return first_tries_.size() + retries_at_gate_.size(); }
  /// A lane waits for that commit. How many do, of the last that any has come to wait for.
  void wait_for(std::uint64_t commit) noexcept { committing_.add(commit); }
  std::size_t waiting_for(std::uint64_t commit) const noexcept { return committing_.waiting_for(commit); }
  /// What the next at the gate waits for.
  delivery::gate_state state(time_point now) const;
  /// The request goes on the wire now. False where it comes too late for its account's limits: it must not.
  bool send(time_point now);
  /// The request has ended; lets the next one in. `sent_in` is the credential's epoch when it went on the wire.
  void leave(time_point now, std::uint64_t sent_in = delivery::never_sent);
  /// Lets in as many as the gate admits now; to be called when something has changed that may open it.
  void admit_waiting() { admit_waiting(loop_.now()); }
  void admit_waiting(time_point now);
  /// Ends the waits of all lanes whose partition was given up.
  void forget_leaving();

  /// Whether the last try got a connection; true before the first.
  bool reachable() const noexcept { return reachable_; }
  void set_reachable(bool now) noexcept { reachable_ = now; }
  /// What last opened the breaker, an HTTP status or an error of transport.
  const std::string& failure() const noexcept { return failure_; }
  void set_failure(std::string what) { failure_ = std::move(what); }

  /// Its changes that are taken and not settled.
  std::size_t pending() const noexcept { return pending_; }
  /// When the oldest of them was written.
  std::optional<wall_time> oldest_pending() const { return pending_times_.oldest(); }
  void begin_pending(const delivery::change& taken);
  void end_pending(const delivery::change& ended);

 private:
  using line = boost::intrusive::slist<running_lane, boost::intrusive::cache_last<true>>;
  using lane_map = std::unordered_map<std::string_view, std::unique_ptr<running_lane>>;  ///< keys point into the lanes
  static std::size_t index(lane_side side) noexcept { return static_cast<std::size_t>(side); }
  running_lane* beside(const running_lane& lane) const;
  static bool has_no_turn(const running_lane& lane) { return lane.set_aside || lane.queue.changes.front().from->leaving; }
  line& line_of(delivery::try_kind kind) noexcept { return kind == delivery::try_kind::first ? first_tries_ : retries_at_gate_; }
  delivery::try_kind next_kind() const noexcept;
  bool admit_next(time_point now);
  bool admit_first_of(delivery::try_kind kind, time_point now);
  static void fetch_ahead(const line& from);
  void arm(time_point now);
  outcome<bool> use_credential(const outcome<std::string>& read);
  void use_secret(const std::string& secret, std::string lines);

  loop& loop_;
  std::string name_;
  std::shared_ptr<const account_terms> terms_;
  delivery::gate gate_;
  std::shared_ptr<http::pool> pool_;  ///< with those that connect like it
  account_metrics metrics_;
  std::optional<time_point> removed_at_;
  bool has_given_up_ = false;
  std::string credential_;
  std::string former_secret_;
  std::vector<std::string> secrets_;
  std::string headers_;
  credential_trouble trouble_;
  std::array<lane_map, 2> lanes_;
  std::map<kafka::topic_partition, std::shared_ptr<account_partition>> partitions_;  ///< by source partition
  int parked_count_ = 0;
  std::array<waiting, 2> held_{};
  std::optional<time_point> down_since_;
  std::optional<time_point> waits_since_;  ///< that something waits on the source's side, as far as has been seen
  delivery::recent_counts ended_;          ///< of the source's side
  bool is_slow_ = false;
  move_trouble moves_;
  std::size_t to_move_ = 0;
  time_point parks_from_{};
  line first_tries_;  ///< at the gate, first come first served, as those that repeat
  line retries_at_gate_;
  delivery::commit_crowd committing_;
  std::uint64_t came_to_gate_ = 0;
  std::size_t pending_ = 0;
  delivery::waiting_times pending_times_;
  bool reachable_ = true;
  std::string failure_;
  std::optional<timer_queue::id> timer_;
};

}  // namespace leadrelay::relay
