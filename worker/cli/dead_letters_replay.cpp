#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <iostream>

#include "cli/command.hpp"
#include "cli/dead_letters_command.hpp"
#include "cli/json_object.hpp"
#include "cli/progress.hpp"
#include "cli/table.hpp"
#include "dead_letters/replay.hpp"

namespace leadrelay::cli {
namespace {

using dead_letters::hindrance;
using dead_letters::replay_report;

constexpr std::size_t most_examples = 5;

std::atomic<bool> interrupted = false;

constexpr unsigned longest_end_s = 5;

/// A handler of signals. What waits for the brokers when a replay is interrupted may wait for a minute where they say nothing.
void end_now(int) {
  constexpr std::string_view last_words =
      "\nleadrelay dead-letters replay: interrupted while the brokers say nothing; the same command goes on with what is left\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, last_words.data(), last_words.size());
  _exit(exit_failed);
}

/// The second signal ends the process at once, and the first in five seconds where nothing else does, which harms nothing.
void stop_on_signals() {
  struct sigaction action{};
  action.sa_handler = end_now;
  sigaction(SIGALRM, &action, nullptr);
  action.sa_handler = [](int) {
    interrupted = true;
    alarm(longest_end_s);
  };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// Tells on standard error how far it is; on standard output, with `--json`, what is not replayed.
class teller final : public dead_letters::replay_listener {
 public:
  explicit teller(bool as_json)
      : as_json_(as_json),
        surveying_(is_terminal(), progress::clock::now()),
        comparing_(surveying_),
        replaying_(surveying_) {}

  void surveyed(std::uint64_t read, std::uint64_t of) override {
    std::cerr << surveying_.tell("looked at", read, of, progress::clock::now());
  }

  void compared(std::uint64_t read, std::uint64_t of) override {
    if (read < compared_before_ || compared_before_ == 0) {
      std::cerr << surveying_.clear();
      comparing_ = progress(is_terminal(), progress::clock::now());
    }
    compared_before_ = read;
    std::cerr << comparing_.tell("changes in the source compared", read, of, progress::clock::now());
  }

  void progressed(std::uint64_t done, std::uint64_t of) override {
    if (!std::exchange(began_, true)) {
      std::cerr << surveying_.clear() << comparing_.clear();
      replaying_ = progress(is_terminal(), progress::clock::now());
    }
    std::cerr << replaying_.tell("done", done, of, progress::clock::now());
  }

  void hindered(std::int32_t partition, std::int64_t offset, hindrance why, std::optional<std::int64_t> newer) override {
    auto& of = examples_[static_cast<std::size_t>(why)];
    if (of.size() < most_examples) {
      of.push_back(std::to_string(partition) + ":" + std::to_string(offset));
      if (newer) of.back() += " (offset " + std::to_string(*newer) + " is newer)";
    }
    if (!as_json_) return;
    json_object out;
    out.add("kind", "not_replayed").add("partition", partition).add("offset", offset).add("why", to_string(why)).add("newer_offset", newer);
    std::cout << out.text() << '\n';
  }

  void end() { std::cerr << surveying_.clear() << comparing_.clear() << replaying_.clear() << std::flush; }
  const std::vector<std::string>& examples(hindrance of) const { return examples_[static_cast<std::size_t>(of)]; }

 private:
  static bool is_terminal() { return isatty(STDERR_FILENO) == 1; }

  bool as_json_;
  bool began_ = false;
  std::uint64_t compared_before_ = 0;
  progress surveying_;
  progress comparing_;
  progress replaying_;
  std::array<std::vector<std::string>, dead_letters::hindrance_count> examples_;
};

void print_json(const replay_report& of, bool dry_run) {
  json_object hindered;
  for (int index = 0; index < dead_letters::hindrance_count; ++index)
    if (const std::uint64_t count = of.hindered[static_cast<std::size_t>(index)])
      hindered.add(to_string(static_cast<hindrance>(index)), static_cast<std::int64_t>(count));
  json_object out;
  out.add("kind", "summary").add_flag("dry_run", dry_run).add("matched", static_cast<std::int64_t>(of.matched));
  out.add("already_replayed", static_cast<std::int64_t>(of.already)).add("replayed", static_cast<std::int64_t>(of.replayed));
  out.add_raw("not_replayed", hindered.text()).add_flag("interrupted", of.interrupted).add("trouble", of.trouble);
  std::cout << out.text() << '\n';
}

void print_text(const replay_report& of, bool dry_run, const teller& told) {
  std::cout << grouped(of.matched) << " dead letter" << (of.matched == 1 ? "" : "s") << " matched, " << grouped(of.already)
            << " replayed before, " << grouped(of.replayed) << (dry_run ? " would be replayed now\n" : " replayed now\n");
  for (int index = 0; index < dead_letters::hindrance_count; ++index) {
    const std::uint64_t count = of.hindered[static_cast<std::size_t>(index)];
    if (count == 0) continue;
    const auto why = static_cast<hindrance>(index);
    std::cout << grouped(count) << (dry_run ? " would not be: " : " not replayed: ") << explain(why) << "\n  ";
    for (const std::string& each : told.examples(why)) std::cout << (&each == &told.examples(why).front() ? "" : ", ") << each;
    std::cout << (count > most_examples ? ", …\n" : "\n");
  }
}

int fail(const std::string& what, int code) {
  std::cerr << "leadrelay dead-letters replay: " << what << '\n';
  return code;
}

outcome<dead_letters::replay_options> read_options(const dead_letters_replay_options& from) {
  dead_letters::replay_options out;
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto which = read_filters(from.filters, now);
  if (!which) return which.error();
  out.which = *which;
  if (from.limit > 0) out.most = from.limit;
  if (!from.rate.empty()) {
    const auto rate = parse_rate(from.rate);
    if (!rate) return rate.error();
    out.per_second = *rate;
  }
  out.dry_run = from.dry_run;
  out.again = from.again;
  out.over_newer = from.over_newer;
  out.unchecked = from.unchecked;
  out.anew = from.anew;
  return out;
}

}  // namespace

int dead_letters_replay(const dead_letters_replay_options& options) {
  const auto wanted = read_options(options);
  if (!wanted) return fail(wanted.error().detail, exit_usage);
  const auto configuration = load_configuration(options.config, look::at_properties);
  if (!configuration) return exit_usage;
  stop_on_signals();
  teller tell(options.json);
  const replay_report report = replay(*configuration, *wanted, tell, interrupted);
  alarm(0);
  tell.end();
  if (report.matched == 0 && report.trouble.empty() && !report.interrupted)
    if (const std::string unknown = tell_unknown_account(wanted->which, *configuration); !unknown.empty()) return fail(unknown, exit_usage);
  options.json ? print_json(report, options.dry_run) : print_text(report, options.dry_run, tell);
  std::cout << std::flush;
  if (!report.trouble.empty()) return fail(report.trouble, exit_failed);
  if (report.interrupted) return fail("interrupted; the same command goes on with what is left", exit_failed);
  return exit_well;
}

}  // namespace leadrelay::cli
