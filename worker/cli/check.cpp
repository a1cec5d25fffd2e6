#include <iostream>

#include "base/json.hpp"
#include "cli/command.hpp"

namespace leadrelay::cli {
namespace {

void print_json(const yaml::issues& issues) {
  std::string out = "{\"good\":";
  out += issues.good() ? "true" : "false";
  out += ",\"problems\":[";
  bool first = true;
  for (const yaml::issue& issue : issues.all()) {
    if (!first) out += ',';
    first = false;
    out += "{\"file\":";
    json::append_quoted(out, issue.file);
    out += ",\"line\":" + std::to_string(issue.line) + ",\"column\":" + std::to_string(issue.column) + ",\"what\":";
    json::append_quoted(out, issue.what);
    out += issue.warning ? ",\"warning\":true}" : ",\"warning\":false}";
  }
  std::cout << out << "]}\n";
}

void print_text(const yaml::issues& issues, const std::optional<config::configuration>& loaded) {
  for (const yaml::issue& issue : issues.all()) std::cout << issue.text() << '\n';
  if (!loaded) return;
  std::cout << "good: " << loaded->accounts.size() << " account(s), " << loaded->topics.lead_changes.size()
            << " topic(s) of lead changes\n";
}

}  // namespace

int check(const check_options& options) {
  yaml::issues issues;
  const auto loaded = examine(options.config, look::at_secrets, issues);
  if (options.json) {
    print_json(issues);
  } else {
    print_text(issues, loaded);
  }
  return issues.good() ? exit_well : exit_usage;
}

}  // namespace leadrelay::cli
