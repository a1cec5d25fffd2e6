#include "cli/command_tree.hpp"

#include <algorithm>
#include <string_view>

#include "base/reason.hpp"
#include "providers/definition.hpp"

namespace leadrelay::cli {
namespace {

value_choice words(std::vector<std::string> all) { return {value_choice::kind::words, std::move(all)}; }

std::vector<std::string> reasons() {
  std::vector<std::string> out;
  for (int index = 0; index < reason_count; ++index) out.emplace_back(to_string(static_cast<reason>(index)));
  return out;
}

std::vector<std::string> embedded_providers() {
  yaml::issues none;
  const auto all = leadrelay::providers::catalogue::load({}, none);
  std::vector<std::string> out;
  for (const std::string_view name : all.names()) out.emplace_back(name);
  return out;
}

/// The type's name is all that the parser's options tell of what their values mean.
value_choice choice_of(const std::string& type) {
  if (type == "FILE" || type == "EVENT.json|-") return {value_choice::kind::files};
  if (type == "DIR") return {value_choice::kind::folders};
  if (type == "REASON") return words(reasons());
  if (type == "NAME") return words(embedded_providers());
  if (type == "SHELL") return words(shells());
  return {};
}

described_option describe(const CLI::Option& option) {
  described_option out;
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  out.help = option.get_description();
  out.required = option.get_required();
  if (option.get_items_expected_max() == 0) return out;
  out.type = option.get_type_name();
  out.default_text = option.get_default_str();
  out.repeats = option.get_expected_max() > 1;
  out.values = choice_of(out.type);
  return out;
}

described_command describe(const CLI::App& command, const std::string& path) {
  described_command out{
      .path = path, .help = command.get_description(), .footer = command.get_footer(), .options = {}, .arguments = {}, .commands = {}};
  for (const CLI::Option* option : command.get_options([](const CLI::Option*) { return true; }))
    (option->get_positional() ? out.arguments : out.options).push_back(describe(*option));
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; }))
    out.commands.push_back(describe(*inner, path + " " + inner->get_name()));
  return out;
}

}  // namespace

std::vector<std::string> shells() { return {"bash", "fish", "zsh"}; }

described_command describe(const CLI::App& program) { return describe(program, program.get_name()); }

std::vector<const described_command*> flattened(const described_command& of) {
  std::vector<const described_command*> out{&of};
  for (const described_command& inner : of.commands)
    for (const described_command* each : flattened(inner)) out.push_back(each);
  return out;
}

}  // namespace leadrelay::cli
