#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace leadrelay::integration {

/// How a process ended, and what it used.
struct exit_report {
  int code = -1;                    ///< the exit code, or -1 where a signal ended it
  int signal = 0;                   ///< the signal, or 0
  std::chrono::microseconds cpu{};  ///< user and system
  long peak_rss_kib = 0;
};

/// Collects what a file descriptor gives, on a thread of its own. Any thread may look.
class output_collector {
 public:
  explicit output_collector(int descriptor);
  ~output_collector();

  std::string text() const;
  /// The first line, from the `from`th byte on, that the ECMAScript expression is found in: its groups, group 0 the match. Nothing
  /// when the deadline passes or the output ends first.
  std::optional<std::vector<std::string>> wait_for(const std::string& expression, std::chrono::steady_clock::time_point deadline,
                                                   std::size_t from = 0) const;

 private:
  void collect();

  int descriptor_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string text_;
  bool ended_ = false;
  std::thread thread_;
};

/// A child process with its output. Killed, with nothing left behind, when this is destroyed.
class process {
 public:
  /// Starts `arguments[0]`. `environment` is laid over this process's; an empty value removes the variable.
  process(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {});
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  pid_t pid() const noexcept { return pid_; }
  bool running();
  void signal(int number);

  /// What has been written so far.
  std::string standard_output() const { return output_->text(); }
  std::string standard_error() const { return error_->text(); }
  const output_collector& output_lines() const noexcept { return *output_; }
  const output_collector& error_lines() const noexcept { return *error_; }

  /// The end of the process, or nothing where it still runs after `within`.
  std::optional<exit_report> wait(std::chrono::milliseconds within);

 private:
  void reap(int options);

  pid_t pid_ = -1;
  int pidfd_ = -1;
  std::optional<exit_report> ended_;
  std::unique_ptr<output_collector> output_;
  std::unique_ptr<output_collector> error_;
};

/// What a command that ends by itself did.
struct command_result {
  int code = -1;
  std::string output;
  std::string error;
};

/// Runs a command to its end; throws where it takes longer than `within`.
command_result run_command(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {},
                           std::chrono::milliseconds within = std::chrono::seconds{60});

}  // namespace leadrelay::integration
