#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/version.hpp"
#include "cli/command.hpp"
#include "demo/demo.hpp"

namespace {

using namespace leadrelay;

void add_config(CLI::App& command, std::string& path) {
  command.add_option("--config", path, "The configuration, a YAML file")->required()->type_name("FILE");
}

void add_check(CLI::App& program, int& code) {
  auto options = std::make_shared<cli::check_options>();
  CLI::App& command = *program.add_subcommand("check", "Print every problem of a configuration as file:line:column: what is wrong, what would be right");
  add_config(command, options->config);
  command.add_flag("--json", options->json, "Machine-readable");
  command.callback([options, &code] { code = cli::check(*options); });
}

void add_explain(CLI::App& program, int& code) {
  auto options = std::make_shared<cli::explain_options>();
  CLI::App& command = *program.add_subcommand("explain", "Print the HTTP request that each event would become; sends nothing, needs no broker");
  add_config(command, options->config);
  command.add_option("event", options->event, "A file with one event, or one a line; - is standard input")->type_name("EVENT.json|-");
  command.add_flag("--json", options->json, "One JSON object a line");
  command.add_flag("--reveal", options->reveal, "Show sensitive values; credentials stay masked");
  command.callback([options, &code] { code = cli::explain(*options); });
}

void add_providers(CLI::App& program, int& code) {
  auto options = std::make_shared<cli::providers_options>();
  CLI::App& command = *program.add_subcommand("providers", "List the provider definitions, or show one");
  command.add_option("name", options->name, "The provider to show")->type_name("NAME");
  command.add_option("--providers-dir", options->directory, "A folder with definitions of your own")->type_name("DIR");
  command.add_flag("--source", options->source, "Show the definition's YAML");
  command.add_flag("--json", options->json, "Machine-readable");
  command.callback([options, &code] { code = cli::providers(*options); });
}

void add_run(CLI::App& program, int& code) {
  auto options = std::make_shared<cli::run_options>();
  CLI::App& command = *program.add_subcommand("run", "Carry lead changes from Kafka to their providers until SIGTERM");
  add_config(command, options->config);
  command.callback([options, &code] { code = cli::run(*options); });
}

void add_sandbox(CLI::App& program, int& code) {
  auto options = std::make_shared<cli::sandbox_options>();
  CLI::App& command = *program.add_subcommand("sandbox", "Answer as the five providers do, strictly by their pages, with faults on request");
  command.add_option("--listen", options->listen, "Where to listen; port 0 picks one")->type_name("HOST:PORT")->capture_default_str();
  command.add_option("--tls-certificate", options->certificate, "PEM; serves over TLS, with --tls-key")->type_name("FILE");
  command.add_option("--tls-key", options->key, "PEM")->type_name("FILE");
  command.add_option("--faults", options->faults, R"(What goes wrong on purpose, as in {"all": {"status_503": 8}})")->type_name("JSON|@FILE");
  command.add_option("--limit", options->limits, "A limit for each key of a provider, as in orwel=1000/1m; may be given again")
      ->type_name("PROVIDER=N/TIME");
  command.add_flag("--known-leads-only", options->known_leads_only, "Answer 404 for leads that were not seeded");
  command.add_option("--seed", options->seed, "Of the faults")->capture_default_str();
  command.callback([options, &code] { code = cli::sandbox(*options); });
}

void add_demo(CLI::App& program, int& code) {
  auto options = std::make_shared<demo::demo_options>();
  CLI::App& command = *program.add_subcommand("demo", "Run the main job in one process: a mock Kafka, the provider sandbox, the worker between them");
  command.add_option("--events", options->events, "Lead changes to produce")->check(CLI::Range(1, 20000))->capture_default_str();
  command.add_option("--seconds", options->seconds, "Time over which they are produced")->check(CLI::Range(1, 45))->capture_default_str();
  command.add_option("--seed", options->seed, "Of the stream and the faults")->capture_default_str();
  command.callback([options, &code] { code = demo::run(*options); });
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App program("Leadrelay carries lead changes from Kafka to lead providers' HTTP APIs.", "leadrelay");
  program.set_version_flag("--version", std::string("leadrelay ") + std::string(version));
  program.require_subcommand(1);
  int code = cli::exit_well;
  add_run(program, code);
  add_demo(program, code);
  add_check(program, code);
  add_explain(program, code);
  add_providers(program, code);
  add_sandbox(program, code);
  for (CLI::App* command : program.get_subcommands({})) command->set_version_flag("--version", std::string("leadrelay ") + std::string(version));
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    program.exit(error);
    return asked_for ? cli::exit_well : cli::exit_usage;
  } catch (const std::exception& error) {
    std::cerr << "leadrelay: " << error.what() << '\n';
    return cli::exit_failed;
  }
  return code;
}
