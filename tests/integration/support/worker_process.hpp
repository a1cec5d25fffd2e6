#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "support/admin_page.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/worker_config.hpp"

namespace leadrelay::integration {

/// `leadrelay run` with a configuration of its own.
class worker_process {
 public:
  /// Starts it and waits until it tells its admin port; throws with its log where it does not within 20 s.
  explicit worker_process(const worker_config& config);
  /// The same where its configuration is already in that file; of `config` it takes the environment.
  worker_process(const worker_config& config, const std::string& file);

  /// Waits until it is ready; throws with its log where it is not within `within`.
  void wait_until_ready(std::chrono::milliseconds within = std::chrono::seconds{60});

  /// `http://127.0.0.1:PORT`
  const std::string& admin_url() const noexcept { return admin_url_; }
  admin_page metrics() const { return admin_page::read(admin_url_); }
  std::string log() const { return process_->standard_error() + process_->standard_output(); }

  process& child() noexcept { return *process_; }

  /// SIGTERM, then the end; throws with its log where it still runs after `within`.
  exit_report stop(std::chrono::milliseconds within = std::chrono::seconds{45});
  /// SIGKILL, then the end.
  void kill();

 private:
  void begin(const worker_config& config, const std::string& file);

  temp_dir directory_;
  std::unique_ptr<process> process_;
  std::string admin_url_;
};

}  // namespace leadrelay::integration
