#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <regex>
#include <stdexcept>
#include <system_error>

namespace leadrelay::integration {
namespace {

// The standard library's expressions recurse for every character.
constexpr std::size_t longest_line_matched = 4096;

[[noreturn]] void throw_error(int number, const std::string& what) { throw std::system_error(number, std::generic_category(), what); }

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_error(errno, "pipe2");
  return ends;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (!changes.contains(text.substr(0, text.find('=')))) merged.push_back(text);
  }
  for (const auto& [name, value] : changes)
    if (!value.empty()) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

pid_t spawn(std::vector<std::string> arguments, std::vector<std::string> environment, int output, int error) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO);
  pid_t pid = -1;
  const int failed =
      ::posix_spawnp(&pid, arguments.front().c_str(), &actions, nullptr, pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed) throw_error(failed, "cannot start " + arguments.front());
  return pid;
}

}  // namespace

output_collector::output_collector(int descriptor) : descriptor_(descriptor), thread_([this] { collect(); }) {}

output_collector::~output_collector() {
  thread_.join();
  ::close(descriptor_);
}

void output_collector::collect() {
  std::array<char, 65536> chunk;
  for (;;) {
    const ssize_t got = ::read(descriptor_, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    const std::lock_guard lock(mutex_);
    if (got > 0) text_.append(chunk.data(), static_cast<std::size_t>(got));
    ended_ = got <= 0;
    changed_.notify_all();
    if (ended_) return;
  }
}

std::string output_collector::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

std::optional<std::vector<std::string>> output_collector::wait_for(const std::string& expression,
                                                                   std::chrono::steady_clock::time_point deadline, std::size_t from) const {
  const std::regex pattern(expression);
  std::unique_lock lock(mutex_);
  for (std::size_t begin = from;;) {
    for (std::size_t end = text_.find('\n', begin); end != std::string::npos; begin = end + 1, end = text_.find('\n', begin)) {
      const std::string line = text_.substr(begin, std::min(end - begin, longest_line_matched));
      std::smatch match;
      if (std::regex_search(line, match, pattern)) return std::vector<std::string>(match.begin(), match.end());
    }
    if (ended_ || changed_.wait_until(lock, deadline) == std::cv_status::timeout) return std::nullopt;
  }
}

process::process(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment) {
  const auto output = make_pipe();
  const auto error = make_pipe();
  pid_ = spawn(arguments, merged_environment(environment), output[1], error[1]);
  ::close(output[1]);
  ::close(error[1]);
  output_ = std::make_unique<output_collector>(output[0]);
  error_ = std::make_unique<output_collector>(error[0]);
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) throw_error(errno, "pidfd_open");
}

process::~process() {
  if (!ended_) {
    ::kill(pid_, SIGKILL);
    reap(0);
  }
  if (pidfd_ >= 0) ::close(pidfd_);
}

void process::reap(int options) {
  int status = 0;
  rusage usage{};
  if (::wait4(pid_, &status, options, &usage) != pid_) return;
  exit_report report;
  if (WIFEXITED(status)) report.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) report.signal = WTERMSIG(status);
  const auto micros = [](const timeval& time) { return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec}; };
  report.cpu = micros(usage.ru_utime) + micros(usage.ru_stime);
  report.peak_rss_kib = usage.ru_maxrss;
  ended_ = report;
}

bool process::running() {
  if (!ended_) reap(WNOHANG);
  return !ended_;
}

void process::signal(int number) {
  if (running()) ::kill(pid_, number);
}

std::optional<exit_report> process::wait(std::chrono::milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (running()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd watched{pidfd_, POLLIN, 0};
    ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
  }
  return ended_;
}

command_result run_command(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment,
                           std::chrono::milliseconds within) {
  process child(arguments, environment);
  const auto ended = child.wait(within);
  if (!ended) throw std::runtime_error(arguments.front() + " did not end in time:\n" + child.standard_error());
  const auto closed = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  child.output_lines().wait_for("(?!)", closed);
  child.error_lines().wait_for("(?!)", closed);
  return {ended->code, child.standard_output(), child.standard_error()};
}

}  // namespace leadrelay::integration
