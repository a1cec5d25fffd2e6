#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/reason.hpp"
#include "cli/usage.hpp"
#include "config/configuration.hpp"
#include "dead_letters/selection.hpp"

namespace leadrelay::cli {

/// Which dead letters, as the options say it; an empty text is an option that is not given.
struct dead_letter_filters {
  std::string account = {};
  std::string reason = {};
  std::string since = {};
  std::string until = {};
  std::string lead = {};
};

struct dead_letters_list_options {
  std::vector<std::string> config;  ///< the paths
  dead_letter_filters filters;
  int limit = 20;     ///< single ones, the newest
  bool all = false;   ///< single ones, all of them
  bool open = false;  ///< only what has not been replayed
  bool json = false;
};
/// Prints dead letters grouped by reason and account, then single ones.
int dead_letters_list(const dead_letters_list_options& options);

struct dead_letters_show_options {
  std::vector<std::string> config;  ///< the paths
  std::string which;  ///< PARTITION:OFFSET or an event's id
  bool json = false;
  bool reveal = false;
};
/// Prints all that is known of one dead letter, sensitive values masked.
int dead_letters_show(const dead_letters_show_options& options);

struct dead_letters_replay_options {
  std::vector<std::string> config;  ///< the paths
  dead_letter_filters filters;
  std::uint64_t limit = 0;  ///< 0 is none
  std::string rate;
  bool dry_run = false;
  bool again = false;
  bool over_newer = false;
  bool unchecked = false;
  bool anew = false;
  bool json = false;
};
/// Writes dead letters' changes back to the topics that they came from.
int dead_letters_replay(const dead_letters_replay_options& options);

/// The filters as the commands take them; the problem says which option is wrong and what would be right. `now` is what a time back is
/// counted from.
outcome<dead_letters::selection> read_filters(const dead_letter_filters& given, wall_time now);

/// `100/s`, `600/m` or `5000/h`, or a plain number for each second, as letters a second; the problem says what would be right.
outcome<double> parse_rate(const std::string& text);

/// What there is to say where nothing is of an account that the configuration does not have; empty where it has it.
std::string tell_unknown_account(const dead_letters::selection& of, const config::configuration& by);

/// Adds `dead-letters` with its commands to the program.
void add_dead_letters(CLI::App& program, chosen_command& chosen);

}  // namespace leadrelay::cli
