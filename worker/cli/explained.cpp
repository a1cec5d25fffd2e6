#include "cli/explained.hpp"

#include "base/json.hpp"
#include "base/origin.hpp"
#include "base/text.hpp"
#include "events/receive.hpp"
#include "providers/headers.hpp"

namespace leadrelay::cli {
namespace {

constexpr std::string_view masked = "***";

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

/// An address in a path is a person's as much as one in a body.
std::string without_addresses(std::string url, const events::lead_identity& lead) {
  for (const std::string_view address : {lead.email, lead.phone}) {
    std::string encoded;
    append_percent_encoded(encoded, address);
    if (encoded.empty()) continue;
    for (std::size_t at = url.find(encoded); at != std::string::npos; at = url.find(encoded, at + masked.size()))
      url.replace(at, encoded.size(), masked);
  }
  return url;
}

}  // namespace

accounts_by_name index_accounts(const config::configuration& of) {
  accounts_by_name out;
  for (const config::account& each : of.accounts) out.emplace(each.name, &each);
  return out;
}

outcome<explanation> explain_record(const config::configuration& by, const accounts_by_name& known, const events::record& record,
                                    bool reveal) {
  explanation out;
  const auto change = events::receive(record, by.max_record, [&](std::string_view name) {
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
  if (!reveal) out.url = without_addresses(std::move(out.url), change->lead);
  out.shown_body = reveal ? out.request.body : plan.masked_body(out.request);
  const leadrelay::providers::auth_scheme& auth = plan.definition().auth();
  const auto lines = providers::make_headers(plan.definition(), at->host_header, auth.basic ? "***:***" : masked);
  if (!lines) return lines.error();
  out.headers = split_headers(*lines);
  for (auto& [name, value] : out.headers)
    if (auth.basic && name == auth.header) value = "Basic ***";
  return out;
}

std::string text_of(const problem& dead_letter) {
  return "dead letter " + std::string(to_string(dead_letter.reason)) + ": " + dead_letter.detail + "\n";
}

std::string json_of(const problem& dead_letter) {
  std::string out = "{\"dead_letter\":{\"reason\":";
  json::append_quoted(out, to_string(dead_letter.reason));
  out += ",\"detail\":";
  json::append_quoted(out, dead_letter.detail);
  return out + "}}";
}

std::string json_of(const explanation& of) {
  std::string out = "{\"account\":";
  json::append_quoted(out, of.account->name);
  out += ",\"provider\":";
  json::append_quoted(out, of.account->plan.definition().name());
  if (of.request.nothing_to_send) {
    return out + ",\"nothing_to_send\":true}";
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
  return out + "},\"body\":" + of.shown_body + "}";
}

std::string text_of(const explanation& of) {
  std::string out = "account " + of.account->name + ", provider " + of.account->plan.definition().name() + "\n";
  if (of.request.nothing_to_send) return out + "nothing to send: the account ignores all that changed\n";
  out += std::string(of.request.method) + " " + of.url + "\n";
  for (const auto& [name, value] : of.headers) out += name + ": " + value + "\n";
  out += "\n" + printable(of.shown_body, of.shown_body.size()) + "\n";  // JSON lets C1 pass, which steers a terminal as ESC does
  if (of.request.appends) out += "(appends: not sent again when its outcome is unknown)\n";
  return out;
}

}  // namespace leadrelay::cli
