#include <iostream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/origin.hpp"
#include "cli/command.hpp"
#include "cli/split_events.hpp"
#include "events/receive.hpp"
#include "providers/headers.hpp"

namespace leadrelay::cli {
namespace {

constexpr std::string_view masked = "***";

/// One event explained: the request it becomes, or why it is a dead letter.
struct explanation {
  const config::account* account = nullptr;
  std::string url;
  providers::request request;
  std::string shown_body;
  std::vector<std::pair<std::string, std::string>> headers;
};

using accounts = std::unordered_map<std::string_view, const config::account*>;

std::vector<std::pair<std::string, std::string>> split_headers(std::string_view lines) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    const std::size_t colon = line.find(": ");
    out.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    lines.remove_prefix(end + 2);
  }
  return out;
}

outcome<explanation> explain_event(const config::configuration& by, const accounts& known, std::string_view text, bool reveal) {
  explanation out;
  const auto change = events::receive(events::copy_record(std::nullopt, text, {}), by.max_record, [&](std::string_view name) {
    const auto found = known.find(name);
    if (found != known.end()) out.account = found->second;
    return found != known.end();
  });
  if (!change) return change.error();
  const providers::plan& plan = out.account->plan;
  auto built = plan.build(*change);
  if (!built) return built.error();
  out.request = std::move(*built);
  const auto at = parse_origin(plan.base_url());
  out.url = std::string(plan.base_url()).substr(0, plan.base_url().size() - at->path_prefix.size()) + out.request.target;
  out.shown_body = reveal ? out.request.body : plan.masked_body(out.request);
  const leadrelay::providers::auth_scheme& auth = plan.definition().auth();
  const auto lines = providers::make_headers(plan.definition(), at->host_header, auth.basic ? "***:***" : masked);
  if (!lines) return lines.error();
  out.headers = split_headers(*lines);
  for (auto& [name, value] : out.headers)
    if (auth.basic && name == auth.header) value = "Basic ***";
  return out;
}

void print_dead_letter(const problem& why, bool as_json) {
  if (!as_json) {
    std::cout << "dead letter " << to_string(why.reason) << ": " << why.detail << "\n\n";
    return;
  }
  std::string out = "{\"dead_letter\":{\"reason\":";
  json::append_quoted(out, to_string(why.reason));
  out += ",\"detail\":";
  json::append_quoted(out, why.detail);
  std::cout << out << "}}\n";
}

void print_json(const explanation& of) {
  std::string out = "{\"account\":";
  json::append_quoted(out, of.account->name);
  out += ",\"provider\":";
  json::append_quoted(out, of.account->plan.definition().name());
  if (of.request.nothing_to_send) {
    std::cout << out << ",\"nothing_to_send\":true}\n";
    return;
  }
  out += ",\"method\":";
  json::append_quoted(out, of.request.method);
  out += ",\"url\":";
  json::append_quoted(out, of.url);
  out += ",\"headers\":{";
  for (std::size_t index = 0; index < of.headers.size(); ++index) {
    if (index > 0) out += ',';
    json::append_quoted(out, of.headers[index].first);
    out += ':';
    json::append_quoted(out, of.headers[index].second);
  }
  std::cout << out << "},\"body\":" << of.shown_body << "}\n";
}

void print_text(const explanation& of) {
  std::cout << "account " << of.account->name << ", provider " << of.account->plan.definition().name() << '\n';
  if (of.request.nothing_to_send) {
    std::cout << "nothing to send: the account ignores all that changed\n\n";
    return;
  }
  std::cout << of.request.method << ' ' << of.url << '\n';
  for (const auto& [name, value] : of.headers) std::cout << name << ": " << value << '\n';
  std::cout << '\n' << of.shown_body << '\n';
  if (of.request.appends) std::cout << "(appends: not sent again when its outcome is unknown)\n";
  std::cout << '\n';
}

}  // namespace

int explain(const explain_options& options) {
  const auto configuration = load_configuration(options.config, look::at_properties);
  if (!configuration) return exit_usage;
  const auto text = read_whole(options.event);
  if (!text) {
    std::cerr << text.error().detail << ", expected a file with events, or - for standard input\n";
    return exit_usage;
  }
  const std::vector<std::string_view> events = split_events(*text);
  if (events.empty()) {
    std::cerr << (options.event == "-" ? "standard input" : options.event) << ": holds no event, expected one or more in JSON\n";
    return exit_usage;
  }
  accounts known;
  for (const config::account& each : configuration->accounts) known.emplace(each.name, &each);
  for (const std::string_view event : events) {
    const auto explained = explain_event(*configuration, known, event, options.reveal);
    if (!explained) {
      print_dead_letter(explained.error(), options.json);
    } else if (options.json) {
      print_json(*explained);
    } else {
      print_text(*explained);
    }
  }
  return exit_well;
}

}  // namespace leadrelay::cli
