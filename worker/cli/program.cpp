#include "cli/program.hpp"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/date_time.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/completion.hpp"
#include "cli/dead_letters_command.hpp"
#include "cli/manual_page.hpp"
#include "cli/usage.hpp"

namespace leadrelay::cli {
namespace {

constexpr const char* about = "Leadrelay carries lead changes from Kafka to lead providers' HTTP APIs.";
constexpr std::uint64_t most_seed = std::numeric_limits<std::uint64_t>::max();

void add_timeout(CLI::App& to, duration& into) {
  const auto read = [&into](const std::string& text) {
    const auto given = parse_duration(text);
    if (!given || *given < std::chrono::milliseconds{1} || *given > std::chrono::minutes{10})
      throw CLI::ValidationError("--timeout", "`" + printable(text) + "`, expected a time from 1ms to 10m, such as 500ms or 10s");
    into = *given;
  };
  to.add_option_function<std::string>("--timeout", read, "With --connect: the time that all connections together may take")
      ->needs("--connect")
      ->type_name("TIME")
      ->default_str(yaml::format_duration(into));
}

void add_check(CLI::App& program, chosen_command& chosen) {
  auto options = std::make_shared<check_options>();
  CLI::App& command =
      *program.add_subcommand("check", "Print every problem of a configuration as file:line:column: what is wrong, what would be right");
  add_config(command, options->config);
  command.add_flag("--json", options->json, "Machine-readable")->disable_flag_override();
  command
      .add_flag(
          "--connect", options->connect,
          "Connect to the brokers, the providers and the receiver of spans, and tell what came of each; sends no request to providers, and "
          "changes nothing")
      ->disable_flag_override();
  add_timeout(command, options->timeout);
  command.footer(examples({"leadrelay check --config leadrelay.yaml", "leadrelay check --config leadrelay.yaml --json | jq .",
                           "leadrelay check --config leadrelay.yaml --config accounts/",
                           "leadrelay check --config leadrelay.yaml --connect --timeout 5s"}));
  command.callback([options, &chosen] { chosen = [options] { return check(*options); }; });
}

void add_explain(CLI::App& program, chosen_command& chosen) {
  auto options = std::make_shared<explain_options>();
  CLI::App& command =
      *program.add_subcommand("explain", "Print the HTTP request that each event would become; sends nothing, needs no broker");
  add_config(command, options->config);
  command.add_option("event", options->event, "A file with events in JSON, one after another or one a line; - is standard input")
      ->type_name("EVENT.json|-");
  command.add_flag("--json", options->json, "One JSON object a line")->disable_flag_override();
  command.add_flag("--reveal", options->reveal, "Show sensitive values; credentials stay masked")->disable_flag_override();
  command.footer(
      examples({"leadrelay explain --config leadrelay.yaml event.json", "leadrelay explain --config leadrelay.yaml --json < events.json",
                "kcat -b localhost:9092 -C -t lead-changes -e | leadrelay explain --config leadrelay.yaml -"}));
  command.callback([options, &chosen] { chosen = [options] { return explain(*options); }; });
}

void add_providers(CLI::App& program, chosen_command& chosen) {
  auto options = std::make_shared<providers_options>();
  CLI::App& command = *program.add_subcommand("providers", "List the provider definitions, or show one");
  command.add_option("name", options->name, "The provider to show")->type_name("NAME");
  command.add_option("--providers-dir", options->directory, "A folder with definitions of your own")->type_name("DIR");
  command.add_flag("--source", options->source, "Show the definition's YAML")->disable_flag_override();
  command.add_flag("--json", options->json, "Machine-readable")->disable_flag_override();
  command.footer(examples({"leadrelay providers", "leadrelay providers octanist", "leadrelay providers perch --source > my-perch.yaml",
                           "leadrelay providers acme --providers-dir ./providers"}));
  command.callback([options, &chosen] { chosen = [options] { return providers(*options); }; });
}

void add_run(CLI::App& program, chosen_command& chosen) {
  auto options = std::make_shared<run_options>();
  CLI::App& command = *program.add_subcommand("run", "Carry lead changes from Kafka to their providers until SIGTERM");
  add_config(command, options->config);
  command.footer(
      examples({"leadrelay run --config leadrelay.yaml", "PERCH_API_KEY=... leadrelay run --config leadrelay.yaml 2> leadrelay.log"}));
  command.callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

void add_sandbox(CLI::App& program, chosen_command& chosen) {
  auto options = std::make_shared<sandbox_options>();
  CLI::App& command =
      *program.add_subcommand("sandbox", "Answer as the five providers do, strictly by their pages, with faults on request");
  command.add_option("--listen", options->listen, "Where to listen; port 0 picks one")->type_name("HOST:PORT")->capture_default_str();
  command.add_option("--tls-certificate", options->certificate, "PEM; serves over TLS, with --tls-key")->type_name("FILE");
  command.add_option("--tls-key", options->key, "PEM")->type_name("FILE");
  command
      .add_option(
          "--faults", options->faults,
          "What goes wrong on purpose, as in {\"all\": {\"status_503\": 8}}; and how a provider bears load, as in {\"orwel\": {\"limits\": "
          "[{\"requests\": 50, \"per_ms\": 1000}], \"latency_ms\": 20, \"capacity\": 16, \"degrade\": {\"above\": 16, \"factor\": 10}}}")
      ->type_name("JSON|@FILE");
  command.add_option("--limit", options->limits, "A limit for each key of a provider, as in orwel=1000/1m; may be given again, all hold")
      ->type_name("PROVIDER=N/TIME")
      ->allow_extra_args(false);
  command.add_flag("--known-leads-only", options->known_leads_only, "Answer 404 for leads that were not seeded")->disable_flag_override();
  add_whole_number(command, "--seed", options->seed, std::uint64_t{0}, most_seed, "Of the faults");
  command.footer(examples({"leadrelay sandbox --listen 127.0.0.1:8080 --limit orwel=50/1s --limit orwel=300/10s",
                           "leadrelay sandbox --faults '{\"all\": {\"status_503\": 8}, \"orwel\": {\"hang\": 1}}' --seed 7",
                           "leadrelay sandbox --faults @faults.json --known-leads-only"}));
  command.callback([options, &chosen] { chosen = [options] { return sandbox(*options); }; });
}

void add_demo(CLI::App& program, chosen_command& chosen, const demo_runner& run_demo) {
  auto options = std::make_shared<demo::demo_options>();
  CLI::App& command =
      *program.add_subcommand("demo", "Run the main job in one process: a mock Kafka, the provider sandbox, the worker between them");
  add_whole_number(command, "--events", options->events, 1, 20'000, "Lead changes to produce, at most 20000");
  add_whole_number(command, "--seconds", options->seconds, 1, 45, "Time over which they are produced, at most 45");
  add_whole_number(command, "--seed", options->seed, std::uint64_t{0}, most_seed, "Of the stream and the faults");
  command.footer(examples({"leadrelay demo", "leadrelay demo --events 20000 --seconds 45 --seed 7"}));
  command.callback([options, &chosen, &run_demo] { chosen = [options, &run_demo] { return run_demo(*options); }; });
}

int complete(const CLI::App& program, const std::string& shell) {
  const described_command described = describe(program);
  std::cout << (shell == "bash" ? complete_in_bash(described) : shell == "fish" ? complete_in_fish(described) : complete_in_zsh(described));
  return exit_well;
}

void add_completion(CLI::App& program, chosen_command& chosen) {
  auto shell = std::make_shared<std::string>();
  CLI::App& command = *program.add_subcommand("completion", "Print the script that completes commands, options and values in a shell");
  command.add_option("shell", *shell, "bash, fish or zsh")->required()->type_name("SHELL")->check([](const std::string& given) {
    const auto known = shells();
    return std::ranges::find(known, given) == known.end() ? "SHELL: `" + printable(given) + "`, expected bash, fish or zsh" : std::string();
  });
  command.footer(examples({"leadrelay completion bash > /etc/bash_completion.d/leadrelay", "source <(leadrelay completion bash)",
                           "leadrelay completion zsh > ~/.zfunc/_leadrelay",
                           "leadrelay completion fish > ~/.config/fish/completions/leadrelay.fish"}));
  command.callback([shell, &program, &chosen] { chosen = [shell, &program] { return complete(program, *shell); }; });
}

void add_man(CLI::App& program, chosen_command& chosen) {
  CLI::App& command = *program.add_subcommand("man", "Print the page of the manual, leadrelay(1)");
  command.footer(examples({"leadrelay man | man -l -", "leadrelay man > /usr/local/share/man/man1/leadrelay.1"}));
  command.callback([&program, &chosen] {
    chosen = [&program] {
      std::cout << manual_page(describe(program));
      return exit_well;
    };
  });
}

int refuse(const misuse& found) {
  std::cerr << "leadrelay" << (found.command.empty() ? "" : " ") << found.command << ": " << found.what << "; see leadrelay"
            << (found.command.empty() ? "" : " ") << found.command << " --help\n";
  return exit_usage;
}

/// CLI11 takes the arguments from the last to the first.
void parse(CLI::App& program, std::vector<std::string> arguments) {
  std::ranges::reverse(arguments);
  program.parse(std::move(arguments));
}

}  // namespace

void add_commands(CLI::App& program, chosen_command& chosen, const demo_runner& run_demo) {
  const std::string told = "leadrelay " + std::string(version);
  program.set_version_flag("--version", told);
  program.require_subcommand(1);
  add_run(program, chosen);
  add_demo(program, chosen, run_demo);
  add_check(program, chosen);
  add_explain(program, chosen);
  add_providers(program, chosen);
  add_dead_letters(program, chosen);
  add_sandbox(program, chosen);
  add_completion(program, chosen);
  add_man(program, chosen);
  program.footer(examples({"leadrelay demo", "leadrelay check --config leadrelay.yaml", "leadrelay run --config leadrelay.yaml"}));
  for (CLI::App* command : program.get_subcommands({})) {
    command->set_version_flag("--version", told);
    for (CLI::App* inner : command->get_subcommands({})) inner->set_version_flag("--version", told);
  }
}

int run_program(int argc, const char* const* argv, const demo_runner& run_demo) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App program(about, "leadrelay");
  chosen_command chosen;
  add_commands(program, chosen, run_demo);
  const auto arguments = reduce_to_help(program, {argv + 1, argv + argc});
  if (const auto found = find_misuse(program, arguments)) return refuse(*found);
  try {
    parse(program, arguments);
    return chosen();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success))
      return refuse({joined(find_command(program, arguments)), error.what()});
    program.exit(error);
    return exit_well;
  } catch (const std::exception& error) {
    std::cerr << "leadrelay: " << error.what() << '\n';
    return exit_failed;
  }
}

}  // namespace leadrelay::cli
