#include <iostream>

#include "base/log.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "process/process.hpp"

namespace leadrelay::cli {
namespace {

log::level level_of(const std::string& word) {
  if (word == "debug") return log::level::debug;
  if (word == "warning") return log::level::warning;
  if (word == "error") return log::level::error;
  return log::level::info;
}

}  // namespace

int run(const run_options& options) {
  const auto configuration = load_configuration(options.config, look::at_secrets);
  if (!configuration) return exit_usage;
  log::start(configuration->log.json ? log::format::json : log::format::text, level_of(configuration->log.level));
  log::info("leadrelay", {{"version", version}, {"accounts", configuration->accounts.size()}, {"threads", configuration->threads}});
  auto process = process::process::make(*configuration);
  if (!process) {
    std::cerr << options.config << ": " << process.error().detail << '\n';
    return exit_usage;
  }
  return (*process)->run() ? exit_well : exit_failed;
}

}  // namespace leadrelay::cli
