#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/reason.hpp"
#include "base/time.hpp"
#include "cli/examine.hpp"
#include "config/configuration.hpp"

namespace leadrelay::cli {

/// Exit codes of every command.
inline constexpr int exit_well = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;  ///< wrong use or configuration

/// Examines a configuration and prints its warnings and problems on standard error; nothing where it cannot be used.
std::optional<config::configuration> load_configuration(const std::vector<std::string>& paths, look how);

/// The bytes of a file, or of standard input where `path` is `-`. The problem names the file and the reason.
outcome<std::string> read_whole(const std::string& path);

struct check_options {
  std::vector<std::string> config;  ///< the paths
  bool json = false;
  bool connect = false;                         ///< tries what the configuration connects to, too
  duration timeout = std::chrono::seconds{10};  ///< for all of that together
};
/// Prints every problem of a configuration, and with `connect` what came of each connection, over which it sends no lead and no request.
/// 0 where all is well but for warnings.
int check(const check_options& options);

struct explain_options {
  std::vector<std::string> config;  ///< the paths
  std::string event = "-";          ///< a file, or `-` for standard input: one event, several one after another, or one a line
  bool json = false;
  bool reveal = false;  ///< shows sensitive values; credentials stay masked
};
/// Prints the HTTP request that each event would become, or the dead letter. Sends nothing and reads no secret.
int explain(const explain_options& options);

struct providers_options {
  std::optional<std::string> directory;  ///< of definitions beside the embedded ones
  std::string name;                      ///< empty: list them all
  bool source = false;                   ///< the definition's YAML instead of its description
  bool json = false;
};
/// Lists the provider definitions, or shows one.
int providers(const providers_options& options);

struct sandbox_options {
  std::string listen = "127.0.0.1:8080";
  std::string certificate;  ///< with `key`: serve over TLS
  std::string key;
  std::string faults;               ///< JSON, or `@FILE`
  std::vector<std::string> limits;  ///< `PROVIDER=N/duration`
  bool known_leads_only = false;
  std::uint64_t seed = 1;
};
/// Answers as the five providers do until SIGTERM or SIGINT.
int sandbox(const sandbox_options& options);

struct run_options {
  std::vector<std::string> config;  ///< the paths
};
/// Runs the worker until SIGTERM or SIGINT.
int run(const run_options& options);

}  // namespace leadrelay::cli
