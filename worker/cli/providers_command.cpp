#include <iostream>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"

namespace leadrelay::cli {
namespace {

std::string listed(const leadrelay::providers::catalogue& all) {
  std::string out;
  for (const std::string_view name : all.names()) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

void list_json(const leadrelay::providers::catalogue& all) {
  std::string out = "[";
  for (const std::string_view name : all.names()) {
    const auto found = all.find(name);
    if (out.size() > 1) out += ',';
    out += "{\"name\":";
    json::append_quoted(out, name);
    out += ",\"title\":";
    json::append_quoted(out, found->title());
    out += ",\"base_url\":";
    json::append_quoted(out, found->base_url());
    out += ",\"method\":";
    json::append_quoted(out, found->method());
    out += ",\"origin\":";
    json::append_quoted(out, all.origin(name));
    out += '}';
  }
  std::cout << out << "]\n";
}

void list_text(const leadrelay::providers::catalogue& all) {
  for (const std::string_view name : all.names()) {
    const auto found = all.find(name);
    std::cout << name << ": " << found->title() << ", " << found->method() << ", " << found->base_url() << ", " << all.origin(name) << '\n';
  }
}

int show(const leadrelay::providers::catalogue& all, const providers_options& options) {
  const auto found = all.find(options.name);
  if (!found) {
    const std::vector<std::string_view> names = all.names();
    const auto meant = did_you_mean(std::string_view(options.name).substr(0, 64), names);
    std::cerr << "leadrelay providers: no such provider: `" << printable(options.name) << "`, "
              << (meant ? "did you mean `" + std::string(*meant) + "`?" : "expected one of " + listed(all)) << '\n';
    return exit_usage;
  }
  if (options.json) {
    std::string out = "{\"name\":";
    json::append_quoted(out, options.name);
    out += ",\"origin\":";
    json::append_quoted(out, all.origin(options.name));
    out += ",\"source\":";
    json::append_quoted(out, all.source(options.name));
    std::cout << out << "}\n";
  } else {
    std::cout << (options.source ? std::string(all.source(options.name)) : found->describe());
  }
  return exit_well;
}

}  // namespace

int providers(const providers_options& options) {
  yaml::issues issues;
  const auto all = leadrelay::providers::catalogue::load(options.directory, issues);
  for (const yaml::issue& issue : issues.all()) std::cerr << issue.text() << '\n';
  if (!issues.good()) return exit_usage;
  if (!options.name.empty()) return show(all, options);
  if (options.source) {
    std::cerr << "leadrelay providers: --source needs the NAME of a provider, one of " << listed(all) << '\n';
    return exit_usage;
  }
  if (options.json) {
    list_json(all);
  } else {
    list_text(all);
  }
  return exit_well;
}

}  // namespace leadrelay::cli
