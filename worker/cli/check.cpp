#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "cli/command.hpp"
#include "cli/connections.hpp"
#include "cli/json_object.hpp"

namespace leadrelay::cli {
namespace {

using findings = std::vector<connection_finding>;

std::string json_of(const yaml::issue& of) {
  return json_object()
      .add("file", of.file)
      .add("line", of.line)
      .add("column", of.column)
      .add("what", of.what)
      .add_flag("warning", of.warning)
      .text();
}

std::string json_of(const connection_finding& of) {
  return json_object().add("subject", of.subject).add_flag("good", of.good).add("what", of.what).text();
}

template <class T>
std::string json_list(const std::vector<T>& of) {
  std::string out = "[";
  for (const T& each : of) out += (out.size() > 1 ? "," : "") + json_of(each);
  return out + "]";
}

void print_json(const yaml::issues& issues, bool good, const findings* connections) {
  json_object out;
  out.add_flag("good", good).add_raw("problems", json_list(issues.all()));
  if (connections) out.add_raw("connections", json_list(*connections));
  std::cout << out.text() << std::endl;
}

void print_text(const yaml::issues& issues, const std::optional<config::configuration>& loaded) {
  for (const yaml::issue& issue : issues.all()) std::cout << issue.text() << '\n';
  if (!loaded) return;
  std::cout << "good: " << loaded->accounts.size() << " account(s), " << loaded->topics.lead_changes.size() << " topic(s) of lead changes"
            << std::endl;
}

void print_text(const findings& connections) {
  for (const connection_finding& each : connections)
    std::cout << (each.good ? "ok      " : "failed  ") << each.subject << ": " << each.what << '\n';
  std::cout.flush();
}

int check_connections(const check_options& options, const yaml::issues& issues, const config::configuration& of) {
  const connection_trial trial(of, options.timeout);
  const bool good = std::ranges::all_of(trial.findings(), &connection_finding::good);
  if (options.json) {
    print_json(issues, good, &trial.findings());
  } else {
    print_text(trial.findings());
  }
  const int code = good ? exit_well : exit_failed;
  if (trial.still_busy()) std::_Exit(code);  // all is told, and the look-up of a name may take long to give up
  return code;
}

}  // namespace

int check(const check_options& options) {
  yaml::issues issues;
  const auto loaded = examine(options.config, look::at_secrets, issues);
  if (!options.json) print_text(issues, loaded);
  if (options.connect && loaded) return check_connections(options, issues, *loaded);
  const findings none;
  if (options.json) print_json(issues, issues.good(), options.connect ? &none : nullptr);
  if (!options.json && options.connect) std::cout << "nothing is connected to, expected a configuration without problems first\n";
  return issues.good() ? exit_well : exit_usage;
}

}  // namespace leadrelay::cli
