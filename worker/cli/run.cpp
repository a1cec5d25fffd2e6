#include <array>
#include <csignal>
#include <iostream>
#include <utility>

#include <sched.h>
#include <sys/prctl.h>

#include "base/log.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "process/process.hpp"

namespace leadrelay::cli {
namespace {

/// What it is read from again while the worker runs.
process::configuration_source source_of(const run_options& options) {
  return {.read = [paths = options.config](yaml::issues& into) { return examine(paths, look::at_secrets, into); }, .paths = options.config};
}

/// Of all threads made from now on, one that wakes leaves the processor to whoever runs on it until that one waits or its turn is over
/// (sched(7), SCHED_BATCH): by then there is more to do at once. A policy that the program was started with stays.
void let_others_finish() {
  const sched_param none{};
  if (sched_getscheduler(0) == SCHED_OTHER) sched_setscheduler(0, SCHED_BATCH, &none);
}

/// Of all threads made from now on, waits may end a millisecond late: librdkafka before 2.4 cuts what is left of a wait to whole
/// milliseconds, and asks without a pause for the rest of the last one (librdkafka issue 4684). What waits by a timerfd, as Asio does, is
/// as exact as ever. A slack that the program was started with stays.
void let_waits_end_late() {
  constexpr int usual_ns = 50'000;
  constexpr unsigned long late_ns = 1'000'000;
  if (prctl(PR_GET_TIMERSLACK) == usual_ns) prctl(PR_SET_TIMERSLACK, late_ns);
}

/// What a running worker is asked for by signals; before it runs, and once it has run, they do nothing.
constexpr std::array asked_by{SIGHUP, SIGUSR1, SIGUSR2};

/// To be called before the process that listens to them is destroyed, as it leaves signals as they are at the start of a program, where
/// these would end it. The threads that are left take no signals.
void take_no_more() {
  sigset_t all;
  sigemptyset(&all);
  for (const int number : asked_by) sigaddset(&all, number);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

int run(const run_options& options) {
  for (const int number : asked_by) std::signal(number, SIG_IGN);  // until the process listens to them
  let_others_finish();
  let_waits_end_late();
  auto loaded = load_configuration(options.config, look::at_secrets);
  if (!loaded) return exit_usage;
  const auto configuration = std::make_shared<const config::configuration>(std::move(*loaded));
  log::start(configuration->log.json ? log::format::json : log::format::text, log::level_of(configuration->log.level));
  log::info("leadrelay", {{"version", version}, {"accounts", configuration->accounts.size()}, {"threads", configuration->threads}});
  auto process = process::process::make(configuration, source_of(options));
  if (!process) {
    std::cerr << configuration->files.front() << ": " << process.error().detail << '\n';
    return exit_usage;
  }
  const bool well = (*process)->run();
  take_no_more();
  return well ? exit_well : exit_failed;
}

}  // namespace leadrelay::cli
