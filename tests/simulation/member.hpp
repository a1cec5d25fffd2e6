#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "simulation/broker.hpp"

namespace leadrelay::simulation {

/// One worker's consumer, in the place of librdkafka_consumer: answers rebalances one after another, sends commits one after another,
/// reads on where a pause began, and tells nothing any more once it is closed or killed.
class member final : public kafka::consumer {
 public:
  struct grant {
    int partition = 0;
    int ownership = 0;
  };

  member(surroundings& at, simulation::broker& of, int worker) : at_(at), broker_(of), worker_(worker) {}

  int worker() const noexcept { return worker_; }
  int generation() const noexcept { return generation_; }
  /// Whether a commit is under way.
  bool commits() const noexcept { return !commits_.empty(); }

  // kafka::consumer
  void start(kafka::consumer_events& to) override;
  void commit(std::vector<kafka::offset_to_commit> offsets) override;
  void pause(const std::vector<kafka::topic_partition>& partitions) override;
  void resume(const std::vector<kafka::topic_partition>& partitions) override;
  void rest(bool rests) override;
  void add_beside(const kafka::topics_beside& more, std::function<void(const std::vector<kafka::assigned_partition>&)> found) override;
  void give_up() override;
  task<void> close(duration grace) override;

  // What the broker tells, after the time that its word takes.
  void learn_rebalance_after(duration wait);
  void learn_lost_after(duration wait);
  void be_assigned_after(duration wait, int generation, std::vector<grant> grants);
  void fetch_soon();

  /// The process is killed: nothing comes in any more, and nothing goes out.
  void kill();
  /// The broker takes the session for expired; the worker learns of it later.
  void lose_session(duration learned_after);

  bool may_lose_session() const noexcept { return state_ == state::stable && !ended_; }

  /// A move of the worker takes as long as no commit does in peace, or has failed.
  void begin_slow_move() { move_is_slow_ = true, revoked_in_peace_ = false; }
  void end_slow_move() { move_is_slow_ = false; }
  void disturb() { revoked_in_peace_ = false; }
  static constexpr duration peaceful_commit = std::chrono::milliseconds{500};

  /// Called after each record.
  std::function<void()> on_delivered = [] {};

 private:
  enum class state { outside, joining, stable, revoking };
  struct sent_commit {
    std::vector<kafka::offset_to_commit> offsets;
    int generation = 0;
  };

  void revoke(bool lost);
  void finish_revoke();
  void join();
  void be_assigned(int generation, const std::vector<grant>& grants);
  void send_first_commit();
  void answer_first_commit(const std::string& error);
  std::string judge_commit(const sent_commit& sent);
  void fetch();
  bool deliver_next(int partition);
  bool in_peace() const;

  surroundings& at_;
  simulation::broker& broker_;
  int worker_;
  kafka::consumer_events* events_ = nullptr;
  state state_ = state::outside;
  bool ended_ = false;           ///< closed or killed
  bool rebalance_told_ = false;  ///< came while there was nothing to give back yet
  bool give_up_wanted_ = false;
  int generation_ = -1;
  std::map<int, int> owned_;              ///< partition to ownership
  std::map<int, std::int64_t> position_;  ///< the next offset to read
  std::set<int> paused_;
  bool rests_ = false;
  std::deque<sent_commit> commits_;  ///< the first one is under way
  bool commit_is_slow_ = false;
  bool move_is_slow_ = false;
  bool fetching_ = false;
  time_point revoked_at_{};
  /// A revocation that takes longer than this has met a request that does not end, and gives up what has no commit.
  duration peaceful_for_{std::chrono::seconds{15}};
  bool revoked_in_peace_ = false;  ///< not lost, and every commit since was taken at once
  std::unique_ptr<wakeup> closing_;
};

}  // namespace leadrelay::simulation
