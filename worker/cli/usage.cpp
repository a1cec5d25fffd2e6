#include "cli/usage.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace leadrelay::cli {
namespace {

std::vector<std::string> command_names(const CLI::App& program) {
  std::vector<std::string> out;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) out.push_back(command->get_name());
  return out;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t at = 0; at < names.size(); ++at) out += (at == 0 ? "" : at + 1 == names.size() ? " or " : ", ") + names[at];
  return out;
}

std::string meant_or(const std::string& word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const auto meant = did_you_mean(std::string_view(word).substr(0, 64), candidates);
  return (meant ? "did you mean `" + std::string(*meant) + "`? Expected " : "expected ") + listed(known);
}

std::string quoted(const std::string& text) { return "`" + printable(text) + "`"; }

/// A dash before a digit begins a negative number, which is the value of an option, and one alone is standard input.
bool is_option(const std::string& argument) {
  return argument.size() > 1 && argument[0] == '-' && !(argument[1] >= '0' && argument[1] <= '9');
}

bool asks_for_help(const std::string& argument) { return argument == "--help" || argument == "--version"; }

/// Walks over the arguments of one command as CLI11 will.
class walk {
 public:
  walk(const CLI::App& command, std::span<const std::string> arguments) : command_(command), arguments_(arguments) {
    for (const CLI::Option* option : command.get_options([](const CLI::Option*) { return true; })) {
      if (option->get_positional()) ++places_;
      for (const std::string& name : option->get_lnames()) names_.push_back("--" + name);
    }
  }

  std::optional<std::string> find_misuse() {
    for (bool only_places = false; !arguments_.empty();) {
      const std::string argument = take();
      auto wrong = only_places || !is_option(argument) ? check_place(argument) : argument == "--" ? std::nullopt : check_option(argument);
      if (wrong) return wrong;
      only_places |= argument == "--";
    }
    return std::nullopt;
  }

 private:
  std::string take() {
    std::string out = arguments_.front();
    arguments_ = arguments_.subspan(1);
    return out;
  }

  std::optional<std::string> check_place(const std::string& argument) {
    if (argument.empty()) return "an argument is empty";
    if (places_-- > 0) return std::nullopt;
    return quoted(argument) + " is one argument too many";
  }

  std::optional<std::string> check_option(const std::string& argument) {
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    if (std::ranges::find(names_, name) == names_.end()) return "no such option: " + quoted(name) + ", " + meant_or(name, names_);
    const CLI::Option& option = *command_.get_option(name);
    if (!seen_.insert(name).second && option.get_expected_max() <= 1) return name + ": stands twice, expected once";
    if (option.get_items_expected_max() == 0)
      return equals == std::string::npos ? std::nullopt : std::optional(name + ": takes no value, expected it alone");
    if (equals == std::string::npos && (arguments_.empty() || is_option(arguments_.front())))
      return name + ": has no value, expected " + option.get_type_name() + " after it";
    const std::string value = equals == std::string::npos ? take() : argument.substr(equals + 1);
    return value.empty() ? std::optional(name + ": is empty, expected " + option.get_type_name()) : std::nullopt;
  }

  const CLI::App& command_;
  std::span<const std::string> arguments_;
  std::vector<std::string> names_;  ///< of its options, in the order of the help
  std::set<std::string> seen_;
  int places_ = 0;  ///< arguments without a name that it still takes
};

}  // namespace

std::vector<std::string> find_command(const CLI::App& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> out;
  const CLI::App* in = &program;
  for (const std::string& argument : arguments) {
    const std::vector<std::string> commands = command_names(*in);
    if (std::ranges::find(commands, argument) == commands.end()) break;
    in = in->get_subcommand(argument);
    out.push_back(argument);
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string examples(std::initializer_list<std::string_view> lines, std::string_view word) {
  std::string out = word.empty() ? "Examples:" : std::string(word) + "\n\nExamples:";
  for (const std::string_view line : lines) out += "\n  " + std::string(line);
  return out;
}

void add_config(CLI::App& to, std::vector<std::string>& into) {
  to.add_option("--config", into,
                "The configuration, a YAML file or a folder of them; may be given again, one configuration is made of all")
      ->required()
      ->type_name("FILE")
      ->allow_extra_args(false);
}

std::optional<misuse> find_misuse(const CLI::App& program, const std::vector<std::string>& arguments) {
  const std::vector<std::string> path = find_command(program, arguments);
  const CLI::App* command = &program;
  for (const std::string& name : path) command = command->get_subcommand(name);
  const auto rest = std::span(arguments).subspan(path.size());
  const std::vector<std::string> commands = command_names(*command);
  const auto wrong = [&](std::string what) { return misuse{joined(path), std::move(what)}; };
  if (commands.empty()) {
    auto what = walk(*command, rest).find_misuse();
    return what ? std::optional(wrong(std::move(*what))) : std::nullopt;
  }
  if (rest.empty()) return wrong("a command is missing, expected " + listed(commands));
  const std::string& first = rest.front();
  if (asks_for_help(first)) return std::nullopt;
  if (first.starts_with('-')) return wrong(quoted(first) + " stands before the command, expected " + listed(commands));
  return wrong("no such command: " + quoted(first) + ", " + meant_or(first, commands));
}

std::vector<std::string> reduce_to_help(const CLI::App& program, std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  const std::string first = arguments.front();
  if (first == "-h") return {"--help"};
  if (asks_for_help(first)) return {first};
  std::vector<std::string> out = find_command(program, arguments);
  if (out.empty()) return arguments;
  const auto end = std::ranges::find(arguments, "--");
  std::replace(arguments.begin(), end, std::string("-h"), std::string("--help"));
  const auto asked = std::find_if(arguments.begin(), end, asks_for_help);
  if (asked == end) return arguments;
  out.push_back(*asked);
  return out;
}

}  // namespace leadrelay::cli
