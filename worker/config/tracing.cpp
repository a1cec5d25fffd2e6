#include "config/tracing.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/account.hpp"

namespace leadrelay::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::string_view traces_path = "/v1/traces";
constexpr std::size_t longest_service_name = 255;

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) noexcept {
  constexpr std::string_view signs = "!#$%&'*+-.^_`|~";
  const auto is_letter_or_digit = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() &&
         std::ranges::all_of(text, [&](char c) { return is_letter_or_digit(c) || signs.find(c) != std::string_view::npos; });
}

bool is_own_header(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 7> names{"Accept", "Connection",        "Content-Length", "Content-Type",
                                                  "Host",   "Transfer-Encoding", "User-Agent"};
  return std::ranges::any_of(names, [&](std::string_view each) { return equal_without_case(each, name); });
}

void read_endpoint(const yaml::reader& at, tracing_settings& into) {
  const auto found = at.require("endpoint");
  const auto text = found ? found->text() : std::nullopt;
  if (!text) return;
  const auto parsed = parse_origin(*text);
  if (!parsed) return found->fail(parsed.error().detail);
  into.endpoint = *parsed;
  if (!into.endpoint.path_prefix.ends_with(traces_path)) into.endpoint.path_prefix += traces_path;
}

void read_header(const std::string& name, const yaml::reader& key, const yaml::reader& at, tracing_settings& into) {
  if (!is_token(name)) return key.fail("no name of a header, expected letters, digits and `-`");
  if (is_own_header(name)) return key.fail("belongs to the worker; remove it");
  auto value =
      at.is_scalar() ? std::optional(credential_source{credential_source::kind::literal, at.node().Scalar()}) : read_credential_source(at);
  if (value) into.headers.push_back({name, std::move(*value), place(at)});
}

void read_sampling(const yaml::reader& at, tracing_settings& into) {
  at.expect_keys({"ratio", "parent_based"});
  if (const auto ratio = at.get("ratio")) into.sampling.ratio = ratio->number(0, 1).value_or(into.sampling.ratio);
  if (const auto based = at.get("parent_based")) into.sampling.parent_based = based->boolean().value_or(true);
}

void read_queue(const yaml::reader& at, tracing_settings& into) {
  const auto queue = at.get("queue");
  if (queue) into.queue = static_cast<int>(queue->integer(1, 1'000'000).value_or(into.queue));
  const auto interval = at.get("interval");
  if (interval) into.interval = interval->time(milliseconds{1}, minutes{10}).value_or(into.interval);
  const auto timeout = at.get("timeout");
  if (timeout) into.timeout = timeout->time(milliseconds{1}, minutes{10}).value_or(into.timeout);
}

outcome<std::string> read_header_value(const tracing_header& of) {
  auto value = read_credential(of.value);
  if (!value) return value;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(*value, is_control))
    return problem{reason::rejected, "has a control character or line end inside, expected printable text"};
  return value;
}

}  // namespace

tracing_settings read_tracing(const yaml::reader& at) {
  tracing_settings out;
  if (!at.expect_keys({"endpoint", "service_name", "headers", "sampling", "queue", "interval", "timeout", "tls"}) && !at.is_map())
    return out;
  read_endpoint(at, out);
  if (const auto name = at.get("service_name")) {
    out.service_name = name->text().value_or(out.service_name);
    if (out.service_name.empty() || out.service_name.size() > longest_service_name) name->fail("expected 1 to 255 bytes");
  }
  if (const auto headers = at.get("headers"); headers && headers->expect_map())
    headers->each_member(
        [&](const std::string& name, const yaml::reader& key, const yaml::reader& value) { read_header(name, key, value, out); });
  if (const auto sampling = at.get("sampling")) read_sampling(*sampling, out);
  read_queue(at, out);
  if (const auto tls = at.get("tls")) out.tls = read_tls(*tls, out.tls_places);
  return out;
}

outcome<std::string> read_headers(const tracing_settings& of) {
  std::string out;
  for (const tracing_header& each : of.headers) {
    const auto value = read_header_value(each);
    if (!value) return problem{value.error().reason, "tracing.headers." + each.name + ": " + value.error().detail};
    out.append(each.name).append(": ").append(*value).append("\r\n");
  }
  return out;
}

void check_headers(const tracing_settings& of, yaml::issues& into) {
  for (const tracing_header& each : of.headers)
    if (const auto value = read_header_value(each); !value) each.at.fail(value.error().detail, into);
}

}  // namespace leadrelay::config
