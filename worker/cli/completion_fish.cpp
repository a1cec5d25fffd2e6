#include "cli/completion.hpp"

namespace leadrelay::cli {
namespace {

using kind = value_choice::kind;

std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return out + "'";
}

/// What a value may be, and that it has to be something.
std::string offer(const value_choice& choice) {
  switch (choice.is) {
    case kind::files: return " -F";
    case kind::folders: return " -f -a '(__fish_complete_directories)'";
    case kind::words: {
      std::string listed;
      for (const std::string& each : choice.words) listed += (listed.empty() ? "" : " ") + each;
      return " -f -a " + in_quotes(listed);
    }
    case kind::nothing: break;
  }
  return " -f";
}

std::string complete_option(const std::string& begin, const described_option& option) {
  std::string out = begin;
  for (const std::string& name : option.names) out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.type.empty()) out += " -r" + offer(option.values);
  return out + " -d " + in_quotes(option.help) + "\n";
}

std::string complete_command(const described_command& program, const described_command& command) {
  const std::string begin = "complete -c " + program.path + " -n " + in_quotes("__" + program.path + "_is " + command.path);
  std::string out;
  for (const described_command& inner : command.commands) out += begin + " -a " + inner.name() + " -d " + in_quotes(inner.help) + "\n";
  for (const described_option& argument : command.arguments)
    if (argument.values.is != kind::nothing) out += begin + offer(argument.values) + " -d " + in_quotes(argument.help) + "\n";
  for (const described_option& option : command.options) out += complete_option(begin, option);
  return out;
}

}  // namespace

std::string complete_in_fish(const described_command& program) {
  const std::string& name = program.path;
  std::string paths;
  std::string completions;
  for (const described_command* command : flattened(program)) {
    if (command != &program) paths += " " + in_quotes(command->path);
    completions += complete_command(program, *command);
  }
  return "# Completes " + name + " in fish; `" + name + " completion fish` has written it.\nfunction __" + name + R"(_is
    set -l words (commandline -opc)
    set -l command )" +
         name + R"(
    for word in $words[2..-1]
        contains -- "$command $word")" +
         paths + R"(; or break
        set command "$command $word"
    end
    test "$command" = "$argv"
end
complete -c )" +
         name + " -f\n" + completions;
}

}  // namespace leadrelay::cli
