#include "cli/manual_page.hpp"

#include <sstream>
#include <utility>

#include "base/version.hpp"
#include "cli/command.hpp"

namespace leadrelay::cli {
namespace {

/// A line of text: what roff would take for its own is escaped.
std::string text(const std::string& plain) {
  std::string out = plain.starts_with('.') || plain.starts_with('\'') ? "\\&" : "";
  for (const char c : plain) {
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '\'': out += "\\(aq"; break;
      case '`': out += "\\(ga"; break;
      case '^': out += "\\(ha"; break;
      case '~': out += "\\(ti"; break;
      default: out += c;
    }
  }
  return out;
}

std::string bold(const std::string& plain) { return "\\fB" + text(plain) + "\\fP"; }
std::string italic(const std::string& plain) { return "\\fI" + text(plain) + "\\fP"; }

/// In lines as short as roff wants its input, none of them empty.
std::string wrapped(const std::string& plain) {
  constexpr std::size_t longest_line = 78;
  std::istringstream words(plain);
  std::string out;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && text(line + " " + word).size() > longest_line) out += text(std::exchange(line, {})) + "\n";
    line += (line.empty() ? "" : " ") + word;
  }
  return out + text(line) + "\n";
}

std::string sentence(const std::string& help) { return wrapped(help + (help.ends_with('.') ? "" : ".")); }

std::string synopsis(const described_command& command) {
  std::string out = bold(command.path);
  for (const described_option& option : command.options)
    if (option.required) out += " " + bold(option.names.back()) + " " + italic(option.type);
  out += " [" + italic("OPTION") + " ...]";
  for (const described_option& argument : command.arguments)
    out += argument.required ? " " + italic(argument.type) : " [" + italic(argument.type) + "]";
  return out + "\n";
}

std::string tagged(const described_option& option) {
  std::string out = ".TP\n";
  for (const std::string& name : option.names) out += (name == option.names.front() ? "" : ", ") + bold(name);
  if (!option.type.empty()) out += (option.names.empty() ? "" : " ") + italic(option.type);
  out += "\n" + sentence(option.help);
  if (option.repeats) out += "May be given again.\n";
  if (!option.default_text.empty()) out += "Default: " + text(option.default_text) + ".\n";
  return out;
}

/// Indented lines are what somebody would type.
std::string footer(const std::string& plain) {
  std::istringstream lines(plain);
  std::string out;
  bool typed = false;
  for (std::string line; std::getline(lines, line);) {
    const bool indented = line.starts_with("  ");
    if (indented != typed) out += indented ? ".PP\n.in +4n\n.EX\n" : ".EE\n.in\n";
    typed = indented;
    if (indented)
      out += text(line.substr(2)) + "\n";
    else if (!line.empty())
      out += ".PP\n" + wrapped(line);
  }
  return out + (typed ? ".EE\n.in\n" : "");
}

std::string section(const described_command& command) {
  std::string out = ".SS " + text(command.path) + "\n" + synopsis(command) + ".PP\n" + sentence(command.help);
  for (const described_option& argument : command.arguments) out += tagged(argument);
  for (const described_option& option : command.options)
    if (option.names.back() != "--help" && option.names.back() != "--version") out += tagged(option);
  return out + footer(command.footer);
}

std::string exit_status() {
  return ".SH EXIT STATUS\n"
         ".TP\n" +
         bold(std::to_string(exit_well)) +
         "\nAll went well.\n"
         ".TP\n" +
         bold(std::to_string(exit_failed)) +
         "\nIt failed.\n"
         ".TP\n" +
         bold(std::to_string(exit_usage)) + "\nThe command or the configuration is wrong;\nwhat is printed says what would be right.\n";
}

}  // namespace

std::string manual_page(const described_command& program) {
  std::string out = ".\\\" " + program.path + " man has written it.\n.TH LEADRELAY 1 \"\" \"leadrelay " + std::string(version) +
                    "\" \"User Commands\"\n.SH NAME\n" + program.path +
                    " \\- carry lead changes from Kafka to lead providers\n.SH SYNOPSIS\n" + bold(program.path) + " " + italic("COMMAND") +
                    " [" + italic("OPTION") + " ...]\n.SH DESCRIPTION\n" + sentence(program.help) + footer(program.footer) +
                    ".SH OPTIONS\nEvery command takes these.\n";
  for (const described_option& option : program.options) out += tagged(option);
  out += ".SH COMMANDS\n";
  for (const described_command* command : flattened(program))
    if (command->commands.empty()) out += section(*command);
  return out + exit_status();
}

}  // namespace leadrelay::cli
