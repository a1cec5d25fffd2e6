#pragma once

#include <charconv>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/text.hpp"

namespace leadrelay::cli {

/// What the arguments ask for; gives the exit code.
using chosen_command = std::function<int()>;

struct misuse {
  std::string command;  ///< empty where it is the command that is wrong
  std::string what;
};

/// Wrong use that CLI11 takes, or tells without saying what would be right: a command or option that is none, an option without its
/// value, twice, or empty, one argument too many. What is missing, and the values, are left to CLI11 and the commands.
std::optional<misuse> find_misuse(const CLI::App& program, const std::vector<std::string>& arguments);

/// The words that name the command at the beginning of the arguments, as in `dead-letters`, `list`; as many as there are.
std::vector<std::string> find_command(const CLI::App& program, const std::vector<std::string>& arguments);

/// With spaces between.
std::string joined(const std::vector<std::string>& words);

/// The arguments without what stands beside `--help` or `--version`, where one of them is asked for; `-h` is `--help`. The other
/// functions take what this gives.
std::vector<std::string> reduce_to_help(const CLI::App& program, std::vector<std::string> arguments);

/// What stands below the options in a command's help: command lines that somebody would type, one a line, after a word on the command.
std::string examples(std::initializer_list<std::string_view> lines, std::string_view word = {});

/// The text as a whole number in plain decimal digits. CLI11's own reading wraps `-1`, caps what is too large, and takes `010` for 8.
template <class T>
std::optional<T> parse_whole_number(const std::string& text, T least, T most) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) return std::nullopt;
  return number;
}

/// Adds `--config`, which names the files of the configuration.
void add_config(CLI::App& to, std::vector<std::string>& into);

/// Adds an option that takes a whole number from `least` to `most`; what `into` holds is shown as its default.
template <class T>
void add_whole_number(CLI::App& to, const std::string& name, T& into, T least, T most, const std::string& help) {
  const auto read = [&into, name, least, most](const std::string& text) {
    const auto number = parse_whole_number(text, least, most);
    if (!number)
      throw CLI::ValidationError(
          name, "`" + printable(text) + "`, expected a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    into = *number;
  };
  to.add_option_function<std::string>(name, read, help)->type_name("N")->default_str(std::to_string(into));
}

}  // namespace leadrelay::cli
