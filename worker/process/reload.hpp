#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/process_snapshot.hpp"
#include "base/loop.hpp"
#include "config/configuration.hpp"
#include "process/file_watch.hpp"
#include "process/worker_thread.hpp"

namespace leadrelay::process {

/// Where a process gets its configuration from while it runs.
struct configuration_source {
  /// Reads it and checks it as at the start; nothing where it is wrong, as the issues say, or an exception. Called on a thread of its own,
  /// one call at a time.
  std::function<std::optional<config::configuration>(yaml::issues&)> read{};
  /// The files and folders that it is read from.
  std::vector<std::string> paths{};
};

/// Takes another configuration when its files have changed, or when it is asked to: all workers do, or none. One that is refused leaves
/// all as it is; it is looked at again when its files change, and now and then, as what it lacks may come (a secret, what is parked).
///
/// Life: construct, `start`, `stop`, wait until it `has_ended`, destroy. One thread, that of the first worker, whose loop is `on`.
class reloader {
 public:
  reloader(loop& on, configuration_source source, std::shared_ptr<const config::configuration> now,
           const std::vector<std::unique_ptr<worker_thread>>& workers, std::function<void()> on_end);

  void start();
  /// SIGHUP: reads the files though they have not changed.
  void ask();
  /// No reload begins any more; one that is under way ends, without effect where it has none yet.
  void stop();
  bool has_ended() const noexcept { return !running_; }

  const admin::reload_counts& counts() const noexcept { return counts_; }

 private:
  task<void> run();
  bool is_due();
  void follow(std::shared_ptr<const config::configuration> now);
  config::file_stamps look() const;
  task<void> reload();
  task<std::optional<config::configuration>> read_aside(yaml::issues& into);
  task<std::string> prepare_all(std::shared_ptr<const config::configuration> next);
  task<void> finish_all(bool apply);
  void refuse(const std::string& why);

  loop& loop_;
  configuration_source source_;
  std::shared_ptr<const config::configuration> now_{};
  const std::vector<std::unique_ptr<worker_thread>>& workers_;
  std::function<void()> on_end_;
  wakeup wake_;
  std::vector<std::string> watched_;  ///< the files and folders of which a change is another configuration
  file_watch watch_;
  bool asked_ = false;
  bool tells_all_ = false;  ///< who has asked is told, whatever comes of it
  bool stopping_ = false;
  bool running_ = false;
  std::optional<time_point> again_at_;  ///< after a refusal
  admin::reload_counts counts_;
};

}  // namespace leadrelay::process
