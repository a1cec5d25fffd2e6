#include <csignal>
#include <iostream>

#include "base/log.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "process/process.hpp"

namespace leadrelay::cli {
int run(const run_options& options) {
  for (const int number : {SIGUSR1, SIGUSR2}) std::signal(number, SIG_IGN);  // until the process listens to them
  const auto configuration = load_configuration(options.config, look::at_secrets);
  if (!configuration) return exit_usage;
  log::start(configuration->log.json ? log::format::json : log::format::text, log::level_of(configuration->log.level));
  log::info("leadrelay", {{"version", version}, {"accounts", configuration->accounts.size()}, {"threads", configuration->threads}});
  auto process = process::process::make(*configuration);
  if (!process) {
    std::cerr << configuration->files.front() << ": " << process.error().detail << '\n';
    return exit_usage;
  }
  return (*process)->run() ? exit_well : exit_failed;
}

}  // namespace leadrelay::cli
