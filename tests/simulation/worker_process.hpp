#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "relay/relay.hpp"
#include "simulation/letters.hpp"
#include "simulation/member.hpp"
#include "simulation/parked_logs.hpp"
#include "simulation/providers.hpp"
#include "simulation/scenario.hpp"

namespace leadrelay::simulation {

/// One worker as a process: a relay with its own consumer, producer and connections. It is drained, as SIGTERM does, or killed. The relay
/// of a killed process is told to drain while everything of it fails at once, for its coroutines to end; none of that has an effect.
class worker_process {
 public:
  worker_process(surroundings& at, broker& of, std::vector<std::unique_ptr<provider>>& providers,
                 std::shared_ptr<const config::configuration> with, const scenario& plan, int number);
  ~worker_process();

  void start();
  void drain(duration grace);
  void kill();
  /// Makes another configuration ready, and takes it that much later.
  void reload(std::shared_ptr<const config::configuration> next, duration later);

  /// What it goes by now.
  const config::configuration* configuration() const noexcept { return configuration_.get(); }
  int number() const noexcept { return state_->worker; }
  bool running() const noexcept { return !draining_; }
  /// How it stands, for whoever looks for what a run waits for.
  std::string describe() const;
  bool ended() const noexcept { return ended_ && !reloading_; }
  std::function<void()> on_reloaded = [] {};
  /// A drain that has not ended though its grace is over.
  bool overdue() const noexcept { return draining_ && !ended_ && !state_->killed && at_.loop.now() > end_by_; }
  simulation::member& member() noexcept { return member_; }
  relay::relay& relay() noexcept { return *relay_; }

 private:
  void check_held_bytes();
  void look_what_is_left(const leadrelay::relay::relay_snapshot& ended);

  surroundings& at_;
  std::shared_ptr<const config::configuration> configuration_;
  bool reloading_ = false;
  std::shared_ptr<process_state> state_;
  simulation::member member_;
  letters letters_;
  parker parker_;
  log_reader reader_;
  std::uint64_t memory_;
  bool has_caught_up_ = true;  ///< otherwise it may hold half as much again
  bool has_unparked_ = false;  ///< since it held no more than its budget; what waited to be moved may take a lane each then
  std::uint64_t parked_partitions_ = 0;
  std::unique_ptr<leadrelay::relay::relay> relay_;
  bool draining_ = false;
  bool ended_ = false;
  time_point end_by_{};
};

}  // namespace leadrelay::simulation
