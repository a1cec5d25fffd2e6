#include "cli/completion.hpp"

namespace leadrelay::cli {
namespace {

using kind = value_choice::kind;

std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string{c};
  return out + "'";
}

/// For a part of a specification, which these end.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == ':' || c == '[' || c == ']' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return out;
}

std::string function_of(const described_command& command) {
  std::string out = "_" + command.path;
  for (char& c : out)
    if (c == ' ') c = '_';
  return out;
}

/// `:MESSAGE:ACTION`
std::string value(const described_option& of) {
  std::string out = ":" + escaped(of.type) + ":";
  switch (of.values.is) {
    case kind::files: return out + "_files";
    case kind::folders: return out + "_files -/";
    case kind::words: {
      out += "(";
      for (const std::string& each : of.values.words) out += (out.back() == '(' ? "" : " ") + each;
      return out + ")";
    }
    case kind::nothing: break;
  }
  return out + " ";
}

std::string option_specification(const described_option& option) {
  std::string out;
  for (const std::string& name : option.names) {
    const std::string others = option.names.size() > 1 ? "(" + option.names.front() + " " + option.names.back() + ")" : "";
    const std::string specification = (option.repeats ? "*" : others) + name + (option.type.empty() ? "" : "=") + "[" +
                                      escaped(option.help) + "]" + (option.type.empty() ? "" : value(option));
    out += " \\\n    " + in_quotes(specification);
  }
  return out;
}

/// Where the program's or a command's own commands stand.
std::string dispatch(const described_command& command) {
  std::string names;
  std::string calls;
  for (const described_command& inner : command.commands) {
    names += " \\\n        " + in_quotes(inner.name() + ":" + escaped(inner.help));
    calls += "        " + inner.name() + ") " + function_of(inner) + " ;;\n";
  }
  return R"(
  case $state in
    command)
      local -a commands=()" +
         names + R"()
      _describe -t commands command commands
      ;;
    rest)
      case $words[1] in
)" + calls +
         R"(      esac
      ;;
  esac
)";
}

std::string define(const described_command& command) {
  std::string out = function_of(command) + "() {\n";
  if (!command.commands.empty()) out += "  local curcontext=$curcontext state line\n  typeset -A opt_args\n";
  out += command.commands.empty() ? "  _arguments" : "  _arguments -C";
  for (const described_option& option : command.options) out += option_specification(option);
  for (const described_option& argument : command.arguments)
    out += " \\\n    " + in_quotes((argument.required ? ":" : "::") + value(argument).substr(1));
  if (!command.commands.empty())
    out += " \\\n    '1: :->command' \\\n    '*:: :->rest'" + dispatch(command);
  else
    out += "\n";
  return out + "}\n\n";
}

}  // namespace

std::string complete_in_zsh(const described_command& program) {
  std::string out =
      "#compdef " + program.path + "\n# Completes " + program.path + " in zsh; `" + program.path + " completion zsh` has written it.\n\n";
  for (const described_command* command : flattened(program)) out += define(*command);
  const std::string function = function_of(program);
  return out + "if [ \"$funcstack[1]\" = " + function + " ]; then\n  " + function + " \"$@\"\nelse\n  compdef " + function + " " +
         program.path + "\nfi\n";
}

}  // namespace leadrelay::cli
