#include <map>
#include <utility>

#include "cli/completion.hpp"

namespace leadrelay::cli {
namespace {

using kind = value_choice::kind;

std::string in_quotes(const std::string& text) { return "'" + text + "'"; }  // names, types and words of the program have no quotes

/// ` 'a' | 'b') COMMANDS ;;`
std::string alternative(const std::vector<std::string>& patterns, const std::string& commands) {
  std::string out = "    ";
  for (const std::string& each : patterns) out += (out.size() == 4 ? "" : " | ") + in_quotes(each);
  return out + ") " + commands + " ;;\n";
}

std::string offer_words(const std::vector<std::string>& words) {
  std::string listed;
  for (const std::string& each : words) listed += (listed.empty() ? "" : " ") + each;
  return "mapfile -t COMPREPLY < <(compgen -W " + in_quotes(listed) + " -- \"$word\")";
}

std::string offer(const value_choice& choice) {
  switch (choice.is) {
    case kind::files: return "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")";
    case kind::folders: return "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$word\")";
    case kind::words: return offer_words(choice.words);
    case kind::nothing: break;
  }
  return ":";
}

/// Where a value stands behind its option.
std::string values(const std::vector<const described_command*>& all) {
  std::map<std::string, std::vector<std::string>> patterns;  // by what is offered
  for (const described_command* command : all)
    for (const described_option& option : command->options)
      for (const std::string& name : option.names)
        if (!option.type.empty()) patterns[offer(option.values)].push_back(command->path + " " + name);
  std::string out;
  for (const auto& [offered, where] : patterns) out += alternative(where, offered + "; return");
  return out;
}

std::string offer_options(const described_command& command) {
  std::vector<std::string> names;
  for (const described_option& option : command.options) names.push_back(option.names.back());
  return offer_words(names);
}

/// What may stand where no option and no value of one does.
std::string offer_place(const described_command& command) {
  std::vector<std::string> names;
  for (const described_command& inner : command.commands) names.push_back(inner.name());
  if (!names.empty()) return offer_words(names);
  return command.arguments.empty() ? offer_options(command) : offer(command.arguments.front().values);
}

}  // namespace

std::string complete_in_bash(const described_command& program) {
  const auto all = flattened(program);
  std::vector<std::string> paths;
  std::string options;
  std::string places;
  for (const described_command* command : all) {
    if (command != all.front()) paths.push_back(command->path);
    options += alternative({command->path}, offer_options(*command));
    places += alternative({command->path}, offer_place(*command));
  }
  const std::string& name = program.path;
  return "# Completes " + name + " in bash; `" + name + " completion bash` has written it.\n_" + name + R"(() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=)" +
         name + R"( at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; ++at)); do
    case "$command ${COMP_WORDS[at]}" in
)" + alternative(paths, "command+=\" ${COMP_WORDS[at]}\"") +
         R"(    *) break ;;
    esac
  done
  # Readline takes --option=value apart.
  if [[ $word == '=' ]]; then
    word=
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case "$command $before" in
)" + values(all) +
         R"(  esac
  if [[ $word == -* ]]; then
    case "$command" in
)" + options +
         R"(    esac
    return
  fi
  case "$command" in
)" + places +
         "  esac\n}\ncomplete -F _" + name + " " + name + "\n";
}

}  // namespace leadrelay::cli
