#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "admin/process_snapshot.hpp"
#include "admin/server.hpp"
#include "config/configuration.hpp"
#include "process/reload.hpp"
#include "process/worker_thread.hpp"

namespace leadrelay::process {

/// The workers of one process, one for each thread, and its admin server.
///
/// Life: `make`, `run` (which returns after a stop), destroy.
class process {
 public:
  /// Makes the workers and listens on the admin address. A problem says what stands in the way: a Kafka property, a credential, the
  /// address.
  /// Where `source` can read, the configuration is taken anew while it runs.
  static outcome<std::unique_ptr<process>> make(std::shared_ptr<const config::configuration> configuration,
                                                configuration_source source = {});
  ~process();

  /// Turns the loops until SIGTERM, SIGINT or `stop`, then drains within the grace. SIGUSR1 and SIGUSR2 change the log's level meanwhile,
  /// SIGHUP reloads. A drain that does not end ends the process with exit code 1. False where the workers ended because one of them could
  /// write no dead letters any more.
  bool run();

  /// Any thread.
  void stop();

  /// The whole process as it stands; to be awaited on the first worker's loop.
  task<admin::process_snapshot> snapshot();
  /// The same from another thread than the workers'; nothing where they do not answer within two seconds, as when they have ended.
  std::optional<admin::process_snapshot> snapshot_from_outside();

  std::uint16_t admin_port() const noexcept { return admin_port_; }

 private:
  explicit process(duration grace);

  void fail();
  void begin_drain();
  task<void> drain_other(worker_thread& other);
  task<void> end_last();
  void watch_signals();
  void watch_log_level();
  void watch_reload();
  void watch_grace();

  duration grace_;
  wall_time started_;
  std::vector<std::unique_ptr<worker_thread>> workers_;
  std::unique_ptr<reloader> reloader_;  ///< null where there is no source
  std::unique_ptr<admin::server> admin_;
  std::uint16_t admin_port_ = 0;
  bool draining_ = false;                ///< of the first worker's loop
  int others_draining_ = 0;              ///< of the workers beside the first; of its loop
  std::unique_ptr<wakeup> other_ended_;  ///< a worker beside the first has drained, or the reloader has ended
  std::atomic<bool> failed_{false};
  struct signals;
  std::unique_ptr<signals> signals_;
};

}  // namespace leadrelay::process
