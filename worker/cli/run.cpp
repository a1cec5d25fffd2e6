#include <csignal>
#include <iostream>
#include <utility>

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

}  // namespace

int run(const run_options& options) {
  for (const int number : {SIGHUP, SIGUSR1, SIGUSR2}) std::signal(number, SIG_IGN);  // until the process listens to them
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
  return (*process)->run() ? exit_well : exit_failed;
}

}  // namespace leadrelay::cli
