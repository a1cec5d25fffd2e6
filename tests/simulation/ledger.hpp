#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/reason.hpp"
#include "base/time.hpp"
#include "kafka/mover.hpp"
#include "kafka/producer.hpp"
#include "simulation/trace.hpp"

namespace leadrelay::simulation {

/// What a record is, and so how it has to end.
enum class kind {
  set,         ///< to be applied; a repeat does no harm
  append,      ///< to be applied once
  refused,     ///< the provider refuses it for good, with `expected`
  failing,     ///< the provider always fails it
  unsendable,  ///< of a lane, but the worker can make no request of it: dead letter for `expected`
  malformed,   ///< of no lane: dead letter for `expected`
};

/// A worker, and how often it had ended before: what one knew, the next of its number does not.
using life = std::pair<int, int>;

/// One record of the source topic, and all that has become of it.
struct change {
  int id = 0;
  kind is = kind::set;
  int account = -1;
  int lead = -1;
  int lane = -1;  ///< -1: none
  int partition = 0;
  std::int64_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  bool clears = false;                 ///< one of its fields is null, so that its request is its own
  int place = 0;                       ///< the field that names it: a later change of the same one hides it in a request of both
  reason expected = reason::rejected;  ///< of its dead letter, where it must end as one

  int applied = 0;                ///< times the provider has
  int refusals = 0;               ///< answers that refused it for good
  int failures = 0;               ///< requests of it alone that ended without a clear answer, or with a server's error
  int letters = 0;                ///< dead letters of it that the broker holds
  bool left = false;              ///< a request of it has left
  std::optional<life> left_by{};  ///< who has sent the last one
  bool unknown = false;           ///< a request of it has left, and its end is not known
  int parked_in = -1;             ///< the stream of parked changes that has it
  std::int64_t parked_at = -1;    ///< its offset there
  bool told = false;              ///< the broker's committed state says that it is settled, also where it is parked
  int told_at = 0;                ///< when it came to say so
  bool marked = false;            ///< the broker's committed state says that its request has started
  life marked_by;                 ///< whose commit said so last
  std::set<life> left_marked_by;  ///< whose did when an ownership of its partition ended
  bool marks_refuted = false;     ///< who has tried it itself has taken those back since
  int ended_in = -1;              ///< the ownership whose worker knows its end
};

/// What an account of the configuration is to the checks.
struct account_rules {
  std::string name;
  bool octanist = false;
  bool retries_unknown = false;
  int attempts = 100;
};

/// One worker's ownership of one partition, from the generation that gives it on.
struct ownership {
  int worker = -1;
  int partition = -1;
  bool over = false;                      ///< for the broker: another generation has begun
  int over_at = 0;                        ///< when it did
  std::vector<int> marked_at_start;       ///< changes whose requests another worker or life had started before
  std::set<int> told_marked{};            ///< changes that the commit that it goes on from says have started
  std::set<int> marked_ahead{};           ///< those of them that are not read yet
  std::optional<time_point> read_from{};  ///< its first record
};

/// A request that has left: the ownership that it has left under, -1 where a check failed, and the changes that it carries, in order.
struct departure {
  int under = -1;
  std::vector<int> carried{};
};

/// The truth about every change, against which each step of the workers is checked. It sees what no worker can: what the provider has
/// applied, what the broker holds, and which ownership is over though its worker does not know yet.
///
/// What physics forces, and the checks allow: a request that was on the wire when its ownership ended may be applied late; a worker
/// whose session has expired goes on until it learns so. It cannot commit any more, and a lane goes on only after a commit, so that it
/// can send no other change of a lane than the one that its commits had come to. A worker that has not read as far as changes that left
/// together 30 s after its first record may send the first of them alone. A lead goes back where the tries of several of its changes
/// together have run out, or where they are rejected after a restart, as none but the mark of the last of them is known then: each goes
/// alone again, once. Requests that a provider applies after the client has given up waiting on a connection that stayed open are not
/// simulated, as nothing at this side can order them.
class ledger {
 public:
  ledger(trace& to, std::vector<account_rules> accounts, int partitions);

  // The source topic.
  change& add(change made);
  change& of(int id) { return changes_[static_cast<std::size_t>(id)]; }
  change* at(int partition, std::int64_t offset);
  const std::deque<change>& changes() const noexcept { return changes_; }
  const account_rules& account(int index) const { return accounts_[static_cast<std::size_t>(index)]; }

  // Who owns what.
  int begin_ownership(int worker, int partition);
  void end_ownership(int partition);  ///< for the broker
  void know_ownership(int worker, int ownership);
  void give_up(int worker, int partition, bool clean);
  void forget_worker(int worker);
  void record_is_read(int worker, const change& read);
  /// How many partitions the worker takes for its own, and how many there are.
  int owned_by(int worker) const;
  int partitions() const noexcept { return partitions_; }
  bool is_late(int ownership) const { return owned_[static_cast<std::size_t>(ownership)].over; }

  // Requests. `named` are the changes that a request's body names: of those that it carries, the last for each field.
  departure request_leaves(int worker, int account, const std::vector<int>& named, std::string_view method_and_target,
                           std::string_view body);
  void request_ends(int worker, int change) { in_flight_.erase({worker, of(change).lane}); }
  void applied(const departure& what);
  void answered_delivered(int change, int under) { of(change).ended_in = under; }
  void answered_refused(const departure& what);
  /// It has failed; `unknown`: and may have been applied.
  void answered_failure(const departure& what, bool unknown);
  /// The last failure was an outage's: no attempt.
  void failure_is_forgiven(const departure& what);

  // The broker's side of commits and dead letters.
  /// The worker as it runs now.
  life living(int worker) const;
  void committed(life by, int stream, std::int64_t next, const std::string& metadata);
  /// A transaction has written a change to its account's topic of parked changes: which one.
  int is_parked(life by, int stream, std::int64_t offset, const kafka::moved_record& made);
  void check_parked_in_order(int parked);
  struct letter {
    change* of = nullptr;  ///< null where a check failed
    int under = -1;        ///< the ownership that it is written under
    int worker = -1;
  };
  /// `at_once`: no trouble has held it up, so that it is made when its change has ended.
  letter letter_is_made(int worker, const kafka::outgoing_record& made, bool at_once);
  void letter_is_held(const letter& written) { ++written.of->letters; }
  void letter_is_told(const letter& written);

  // The end.
  bool all_told() const;
  void check_end();
  std::string what_is_left() const;

 private:
  struct lane {
    std::vector<int> changes;
    std::size_t first_untold = 0;
    int last_applied = -1;  ///< index of the latest change applied in time
    int first_tried = -1;   ///< the first change that its last failure carried
    int tried_under = -1;   ///< whose that was
    int failed_tries = 0;   ///< of that one under that, alone or with others
  };

  struct flight {
    int change = -1;
    int under = -1;
  };

  int believed(int worker, int partition) const;
  void check_peace(int worker, int partition, int under);
  bool is_parked_beside(const change& c) const;
  void check_expected_target(const change& sent, std::string_view method_and_target, std::string_view body);
  departure carried_by(const change& last, int under) const;
  void check_carried(const departure& what, const std::vector<int>& named);
  void go_one_by_one(const departure& what);
  void check_order(const change& sent);
  void check_is_no_repeat(const change& sent, int under);
  void check_append_may_leave(const change& sent, int under);
  void check_marks(int stream);
  bool has_read_in_vain(const ownership& by) const;
  void check_reason(const change& buried, std::string_view given, int worker);
  bool was_left_marked_by_another(const change& c, life by) const;
  bool is_settled(const change& c) const noexcept { return c.applied > 0 || c.letters > 0; }
  std::string name(const change& c) const;

  trace& trace_;
  std::vector<account_rules> accounts_;
  std::deque<change> changes_;
  /// A partition of the source, or of an account's parked changes.
  struct stream {
    struct entry {
      std::int64_t offset = 0;
      int change = -1;
      bool told = false;  ///< the committed state says that it is settled
    };
    std::vector<entry> entries;
    std::size_t first_untold = 0;
    std::int64_t committed = -1;
    std::string metadata{};
  };
  stream::entry* entry_at(int stream, std::int64_t offset);
  void look_whether_told(change& c);

  int partitions_;
  std::vector<std::vector<int>> log_;  ///< by partition: its changes
  std::vector<stream> streams_;        ///< the source's partitions, then those of each account's parked changes
  std::map<int, lane> lanes_;
  std::vector<ownership> owned_;
  std::vector<int> current_;                         ///< by partition: its ownership for the broker
  int clock_ = 0;                                    ///< counts what commits and generations tell
  std::map<int, int> lives_;                         ///< by worker: how often it has ended
  std::map<std::pair<int, int>, int> believed_;      ///< by worker and partition
  std::map<std::pair<int, int>, flight> in_flight_;  ///< by worker and lane
  std::map<std::pair<int, int>, int> burying_;       ///< by worker and change, while it has no word of its dead letter: the ownership
};

/// The lead's identifier as its events and its requests have it.
std::string lead_id(bool octanist, int lead);

/// The number that the text begins with; -1 where it does so with none.
std::int64_t number_of(const std::string& text);

}  // namespace leadrelay::simulation
