#include "config/account.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/origin.hpp"
#include "base/text.hpp"
#include "config/environment.hpp"
#include "config/json_from_yaml.hpp"

namespace leadrelay::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr duration shortest = milliseconds{1};
constexpr duration day = hours{24};

/// The time of a key; `otherwise` where the map does not have it or it is out of bounds.
duration read_time(const yaml::reader& at, std::string_view key, duration least, duration most, duration otherwise) {
  const auto found = at.get(key);
  return found ? found->time(least, most).value_or(otherwise) : otherwise;
}

int read_integer(const yaml::reader& at, std::string_view key, int least, int most, int otherwise) {
  const auto found = at.get(key);
  return found ? static_cast<int>(found->integer(least, most).value_or(otherwise)) : otherwise;
}

/// On unless the map says otherwise.
bool read_switch(const yaml::reader& at, std::string_view key) {
  const auto found = at.get(key);
  return !found || found->boolean().value_or(true);
}

bool is_account_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

bool is_variable_name(std::string_view name) noexcept {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

retry_settings read_retry(const yaml::reader& at) {
  retry_settings out;
  if (!at.expect_keys({"attempts", "first_wait", "longest_wait", "give_up_after", "longest_retry_after"}) && !at.is_map()) return out;
  out.attempts = read_integer(at, "attempts", 1, 100, out.attempts);
  out.first_wait = read_time(at, "first_wait", shortest, hours{1}, out.first_wait);
  out.longest_wait = read_time(at, "longest_wait", shortest, day, out.longest_wait);
  out.give_up_after = read_time(at, "give_up_after", seconds{1}, 30 * day, out.give_up_after);
  out.longest_retry_after = read_time(at, "longest_retry_after", shortest, 30 * day, out.longest_retry_after);
  if (out.longest_wait < out.first_wait)
    at.get("longest_wait")
        .value_or(*at.get("first_wait"))
        .fail("longest_wait " + yaml::format_duration(out.longest_wait) + " is shorter than first_wait " +
              yaml::format_duration(out.first_wait));
  return out;
}

/// `false`, or its bounds.
park_settings read_park(const yaml::reader& at) {
  park_settings out;
  if (at.is_scalar() && at.node().Scalar() == "false") return {.on = false};
  if (!at.is_map()) {
    at.fail("expected false or a map of after, changes and bytes");
    return out;
  }
  at.expect_keys({"after", "changes", "bytes"});
  out.after = read_time(at, "after", seconds{1}, 30 * day, out.after);
  out.changes = read_integer(at, "changes", 10, 1'000'000, out.changes);
  if (const auto bytes = at.get("bytes")) out.bytes = bytes->bytes(64 << 10, std::uint64_t{1} << 40);
  return out;
}

std::pair<duration, duration> read_timeouts(const yaml::reader& account) {
  const auto at = account.get("timeouts");
  if (!at || (!at->expect_keys({"connect", "answer"}) && !at->is_map())) return {default_connect_timeout, default_answer_timeout};
  return {read_time(*at, "connect", shortest, minutes{10}, default_connect_timeout),
          read_time(*at, "answer", shortest, hours{1}, default_answer_timeout)};
}

std::optional<providers::limit> read_limit(const yaml::reader& at) {
  if (!at.expect_keys({"requests", "per"}) && !at.is_map()) return std::nullopt;
  const auto requests = at.require("requests");
  const auto per = at.require("per");
  const auto count = requests ? requests->integer(1, 1'000'000) : std::nullopt;
  const auto window = per ? per->time(shortest, 31 * day) : std::nullopt;
  if (!count || !window) return std::nullopt;
  return providers::limit{static_cast<int>(*count), *window};
}

std::vector<providers::limit> read_limits(const yaml::reader& at) {
  std::vector<providers::limit> out;
  if (!at.expect_list()) return out;
  at.each_item([&](std::size_t, const yaml::reader& item) {
    if (const auto limit = read_limit(item)) out.push_back(*limit);
  });
  return out;
}

/// A path that is not empty.
std::optional<std::string> read_path(const yaml::reader& at) {
  if (at.is_null()) {
    at.fail("is empty, expected a path");
    return std::nullopt;
  }
  const auto text = at.text();
  if (!text) return std::nullopt;
  if (!text->empty()) return beside(at, *text);
  at.fail("is empty, expected a path");
  return std::nullopt;
}

}  // namespace

tls_settings read_tls(const yaml::reader& at, std::map<std::string, place, std::less<>>& places) {
  tls_settings out;
  if (!at.expect_keys({"ca", "certificate", "key"}) && !at.is_map()) return out;
  const auto read = [&](const char* key) -> std::optional<std::string> {
    const auto found = at.get(key);
    if (!found) return std::nullopt;
    places.insert_or_assign(key, place(*found));
    return read_path(*found);
  };
  out.ca_file = read("ca");
  out.certificate_file = read("certificate");
  out.key_file = read("key");
  if (at.get("certificate") && !at.get("key")) at.get("certificate")->fail("needs `key` beside it");
  if (at.get("key") && !at.get("certificate")) at.get("key")->fail("needs `certificate` beside it");
  return out;
}

namespace {

std::optional<credential_source> read_named_credential(const yaml::reader& at, std::string_view kind) {
  const auto found = at.get(kind);
  if (kind == "file") {
    auto path = read_path(*found);
    if (!path) return std::nullopt;
    return credential_source{credential_source::kind::file, std::move(*path)};
  }
  auto name = found->text();
  if (!name) return std::nullopt;
  if (is_variable_name(*name)) return credential_source{credential_source::kind::environment, std::move(*name)};
  found->fail("no name of an environment variable, expected letters, digits and `_`");
  return std::nullopt;
}

}  // namespace

/// Messages here show no key that is unknown: somebody may have put the secret there.
std::optional<credential_source> read_credential_source(const yaml::reader& at) {
  if (at.is_scalar() && !at.node().Scalar().empty()) {
    if (!is_substituted(at)) at.warn("the secret stands in the configuration, better { env: NAME } or { file: PATH }");
    return credential_source{credential_source::kind::literal, at.node().Scalar()};
  }
  constexpr std::array<std::string_view, 2> kinds{"env", "file"};
  if (at.is_map() && at.size() == 1) {
    const YAML::Node key = at.node().begin()->first;
    const std::string name = key.IsScalar() ? key.Scalar() : std::string();
    if (std::ranges::find(kinds, name) != kinds.end()) return read_named_credential(at, name);
    if (const auto meant = did_you_mean(std::string_view(name).substr(0, 64), kinds)) {
      at.fail("expected { env: NAME } or { file: PATH }, did you mean `" + std::string(*meant) + "`?");
      return std::nullopt;
    }
  }
  at.fail("expected { env: NAME } or { file: PATH }");
  return std::nullopt;
}

namespace {

std::map<std::string, json::document> read_defaults(const yaml::reader& at) {
  std::map<std::string, json::document> out;
  if (!at.expect_map()) return out;
  at.each_member([&](const std::string& name, const yaml::reader&, const yaml::reader& value) {
    if (auto made = json_from_yaml(value)) out.emplace(name, std::move(*made));
  });
  return out;
}

std::set<std::string> read_names(const yaml::reader& at, std::string_view key) {
  const auto found = at.get(key);
  if (!found) return {};
  auto names = found->texts();
  return {std::make_move_iterator(names.begin()), std::make_move_iterator(names.end())};
}

/// `null` is a word here, in quotes or not.
std::optional<providers::clear_as> read_clear(const yaml::reader& at) {
  if (at.is_null()) return providers::clear_as::null;
  const auto index = at.one_of({"null", "omit", "empty", "refuse"});
  if (!index) return std::nullopt;
  return static_cast<providers::clear_as>(*index);
}

providers::account_settings read_settings(const std::string& name, const yaml::reader& at) {
  providers::account_settings out;
  out.account = name;
  if (const auto url = at.get("base_url")) out.base_url = url->text();
  if (const auto defaults = at.get("defaults")) out.defaults = read_defaults(*defaults);
  out.ignore = read_names(at, "ignore");
  out.require = read_names(at, "require");
  if (const auto clear = at.get("clear")) out.clear = read_clear(*clear);
  if (const auto unknown = at.get("unknown_outcome"))
    if (unknown->one_of({"dead_letter", "retry"}).value_or(0) == 1) out.on_unknown = providers::unknown_outcome::retry;
  return out;
}

std::shared_ptr<const providers::definition> read_provider(const yaml::reader& at, const providers::catalogue& known) {
  const auto found = at.require("provider");
  const auto name = found ? found->text() : std::nullopt;
  if (!name) return nullptr;
  if (auto definition = known.find(*name)) return definition;
  const auto names = known.names();
  std::string listed;
  for (const std::string_view each : names) listed += (listed.empty() ? "" : ", ") + std::string(each);
  const auto meant = did_you_mean(std::string_view(*name).substr(0, 64), names);
  found->fail("no such provider, " + (meant ? "did you mean `" + std::string(*meant) + "`?" : "expected one of " + listed));
  return nullptr;
}

void expect_account_keys(const yaml::reader& at) {
  std::vector<std::string_view> keys{"provider", "base_url",       "credential", "limits", "concurrency",     "defaults",
                                     "ignore",   "require",        "clear",      "retry",  "unknown_outcome", "timeouts",
                                     "tls",      "largest_answer", "merging",    "park",   "trace_context"};
  const auto unsupported = at.get("read_before_write");
  if (unsupported) {
    unsupported->fail("is not supported: the worker never reads a lead; give the event a `snapshot`, or the account `defaults`");
    keys.push_back("read_before_write");
  }
  at.expect_keys(keys);
}

bool is_loopback(const origin& of) {
  return of.host == "localhost" || of.host.ends_with(".localhost") || of.host == "::1" ||
         (of.kind == origin::host_kind::ipv4 && of.host.starts_with("127."));
}

/// Whether the account's connections are TLS; warns where they are not though they should be.
bool check_scheme(const yaml::reader& at, const providers::plan& plan) {
  const auto parsed = parse_origin(plan.base_url());
  if (!parsed || parsed->is_tls()) return true;
  if (!is_loopback(*parsed)) at.get("base_url").value_or(at).warn("http, not https: the credential and the leads travel in clear text");
  if (const auto tls = at.get("tls")) tls->warn("has no effect, as base_url is http; expected https, or no tls");
  return false;
}

std::optional<providers::plan> read_plan(const std::string& name, const yaml::reader& at, const providers::catalogue& known,
                                         account_references& references) {
  references.definition = read_provider(at, known);
  auto settings = read_settings(name, at);
  if (!references.definition) return std::nullopt;
  auto plan = providers::make_plan(references.definition, std::move(settings), at);
  if (plan) references.uses_tls = check_scheme(at, *plan);
  return plan;
}

file_stamps look_at_tls(const account_references& of) {
  file_stamps out;
  if (!of.uses_tls) return out;
  for (const auto& file : {of.tls.ca_file, of.tls.certificate_file, of.tls.key_file})
    if (file) out[*file] = look_at_file(*file);
  return out;
}

void read_credential_of(const yaml::reader& at, account_references& into) {
  const auto found = at.require("credential");
  if (!found) return;
  into.credential_place = place(*found);
  into.credential = read_credential_source(*found);
}

}  // namespace

std::optional<account> read_account(const std::string& name, const yaml::reader& key, const yaml::reader& at,
                                    const providers::catalogue& known, account_references& references) {
  if (!is_account_name(name)) key.fail("no account name, expected 1 to 100 letters, digits, `.`, `_` or `-`");
  if (!at.is_map()) {
    at.expect_map();
    return std::nullopt;
  }
  expect_account_keys(at);
  auto plan = read_plan(name, at, known, references);
  read_credential_of(at, references);
  const auto limits = at.get("limits");
  auto own_limits = limits ? std::optional(read_limits(*limits)) : std::nullopt;
  const auto retry = at.get("retry");
  const auto retries = retry ? read_retry(*retry) : retry_settings();
  if (const auto tls = at.get("tls")) references.tls = read_tls(*tls, references.tls_places);
  const int concurrency = read_integer(at, "concurrency", 1, 10'000, default_concurrency);
  const auto [connect, answer] = read_timeouts(at);
  const bool merges = read_switch(at, "merging");
  const bool passes_trace_context = read_switch(at, "trace_context");
  const auto park = at.get("park");
  const auto parks = park ? read_park(*park) : park_settings();
  const auto largest = at.get("largest_answer");
  const auto largest_answer = largest ? largest->bytes(1 << 10, 64 << 20) : std::nullopt;
  if (!plan || !references.credential) return std::nullopt;
  if (!own_limits) own_limits = plan->definition().limits();
  return account{name,
                 std::move(*plan),
                 answer,
                 merges,
                 passes_trace_context,
                 *references.credential,
                 std::move(*own_limits),
                 concurrency,
                 retries,
                 connect,
                 largest_answer.value_or(default_largest_answer),
                 references.tls,
                 parks,
                 look_at_tls(references)};
}

}  // namespace leadrelay::config
