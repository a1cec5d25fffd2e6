#include <limits>
#include <memory>

#include "cli/dead_letters_command.hpp"
#include "cli/usage.hpp"

namespace leadrelay::cli {
namespace {

constexpr int most_listed = 10'000;
constexpr std::uint64_t most_replayed = std::numeric_limits<std::uint64_t>::max();

void add_filters(CLI::App& command, dead_letter_filters& into) {
  command.add_option("--account", into.account, "Of this account alone")->type_name("ACCOUNT");
  command.add_option("--reason", into.reason, "With this reason alone, as in rejected")->type_name("REASON");
  command.add_option("--since", into.since, "That died then or later: 2026-11-21T10:00:00Z, 2026-11-21, or 6h back from now")
      ->type_name("TIME");
  command.add_option("--until", into.until, "That died before then")->type_name("TIME");
  command.add_option("--lead", into.lead, "Of the lead with this id, e-mail address or phone number, as events write it")
      ->type_name("LEAD");
}

void add_flag(CLI::App& command, const std::string& name, bool& into, const std::string& help) {
  command.add_flag(name, into, help)->disable_flag_override();
}

void add_list(CLI::App& to, chosen_command& chosen) {
  auto options = std::make_shared<dead_letters_list_options>();
  CLI::App& command = *to.add_subcommand("list", "Count dead letters by reason and account, and list the newest");
  add_config(command, options->config);
  add_filters(command, options->filters);
  add_whole_number(command, "--limit", options->limit, 0, most_listed, "The newest to list one by one");
  add_flag(command, "--all", options->all, "List all one by one, partition by partition; reads the topic twice");
  add_flag(command, "--open", options->open, "Leave out what has been replayed");
  add_flag(command, "--json", options->json, "One JSON object a line, its kind group or dead_letter");
  command.footer(examples(
      {"leadrelay dead-letters list --config leadrelay.yaml",
       "leadrelay dead-letters list --config leadrelay.yaml --reason rejected --since 6h --limit 100",
       "leadrelay dead-letters list --config leadrelay.yaml --json | jq -r 'select(.kind == \"group\") | [.reason, .count] | @tsv'"}));
  command.callback([options, &chosen] { chosen = [options] { return dead_letters_list(*options); }; });
}

void add_show(CLI::App& to, chosen_command& chosen) {
  auto options = std::make_shared<dead_letters_show_options>();
  CLI::App& command = *to.add_subcommand("show", "Show one dead letter: event, request, answer, and what the provider's definition says");
  add_config(command, options->config);
  command.add_option("letter", options->which, "Where it lies, as list prints it, or the event's id: the newest with it")
      ->required()
      ->type_name("PARTITION:OFFSET|ID");
  add_flag(command, "--json", options->json, "One JSON object");
  add_flag(command, "--reveal", options->reveal, "Show sensitive values; credentials stay masked");
  command.footer(examples({"leadrelay dead-letters show --config leadrelay.yaml 3:1042",
                           "leadrelay dead-letters show --config leadrelay.yaml 01JD7Q1W8C0000000000000001 --json"}));
  command.callback([options, &chosen] { chosen = [options] { return dead_letters_show(*options); }; });
}

void add_replay(CLI::App& to, chosen_command& chosen) {
  auto options = std::make_shared<dead_letters_replay_options>();
  CLI::App& command = *to.add_subcommand("replay", "Write dead letters' changes back to the topics that they came from, each once");
  add_config(command, options->config);
  add_filters(command, options->filters);
  add_whole_number(command, "--limit", options->limit, std::uint64_t{0}, most_replayed, "At most so many; 0 is all");
  command.add_option("--rate", options->rate, "At most so many a second, evenly: 100/s, 600/m, 5000/h")->type_name("N/s");
  add_flag(command, "--dry-run", options->dry_run, "Tell what would be replayed and what not; write nothing");
  add_flag(command, "--again", options->again, "Replay what has been replayed, too");
  add_flag(command, "--over-newer", options->over_newer, "Replay though the lead has a newer change, which the replay then undoes");
  add_flag(command, "--unchecked", options->unchecked, "Replay though the source no longer tells whether there are newer changes");
  add_flag(command, "--anew", options->anew, "Forget what was replayed of a topic of dead letters that was deleted and made anew since");
  add_flag(command, "--json", options->json, "One JSON object a line: each that is not replayed, and a summary");
  command.footer(examples({"leadrelay dead-letters replay --config leadrelay.yaml --reason retries_exhausted --dry-run",
                           "leadrelay dead-letters replay --config leadrelay.yaml --account acme-perch --since 2026-11-21 --rate 50/s"},
                          "It may be interrupted at any moment; the same command goes on with what is left."));
  command.callback([options, &chosen] { chosen = [options] { return dead_letters_replay(*options); }; });
}

}  // namespace

void add_dead_letters(CLI::App& program, chosen_command& chosen) {
  CLI::App& command = *program.add_subcommand("dead-letters", "List, show and replay the changes that could not be delivered");
  command.require_subcommand(1);
  command.footer(
      examples({"leadrelay dead-letters list --config leadrelay.yaml", "leadrelay dead-letters show --config leadrelay.yaml 3:1042",
                "leadrelay dead-letters replay --config leadrelay.yaml --dry-run"}));
  add_list(command, chosen);
  add_show(command, chosen);
  add_replay(command, chosen);
}

}  // namespace leadrelay::cli
