#include "simulation/settings.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view before_accounts =
    "kafka: { bootstrap.servers: 127.0.0.1:1, group.id: test }\n"
    "topics: { lead_changes: [changes], dead_letters: changes.dead, results: changes.results }\n"
    "max_record: 2KiB\n"
    "providers_dir: " LEADRELAY_SOURCE_DIR "/tests/simulation/definitions\n";

constexpr std::string_view accounts_text =
    "  paced: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [ { requests: 15, per: 1s } ],"
    " concurrency: 8, retry: { attempts: 100, give_up_after: 1d } }\n"
    "  open: { provider: orwel, base_url: 'http://127.0.0.1:2', credential: { env: PATH }, limits: [], concurrency: 3,"
    " retry: { attempts: 100, give_up_after: 1d, first_wait: 50ms } }\n"
    "  notes: { provider: octanist, base_url: 'http://127.0.0.1:3', credential: { env: PATH },"
    " limits: [ { requests: 20, per: 1s }, { requests: 60, per: 5s } ], concurrency: 6, retry: { attempts: 100, give_up_after: 1d } }\n"
    "  again: { provider: octanist, base_url: 'http://127.0.0.1:4', credential: { env: PATH }, limits: [], unknown_outcome: retry,"
    " retry: { attempts: 100, give_up_after: 1d } }\n"
    "  tired: { provider: orwel, base_url: 'http://127.0.0.1:5', credential: { env: PATH }, limits: [], concurrency: 4,"
    " retry: { attempts: 3, first_wait: 100ms, give_up_after: 1d } }\n"
    "  crowd: { provider: octanist, base_url: 'http://127.0.0.1:6', credential: { env: PATH }, limits: [], concurrency: 200,"
    " retry: { attempts: 100, give_up_after: 1d } }\n"
    "  scarce: { provider: orwel, base_url: 'http://127.0.0.1:7', credential: { env: PATH }, limits: [ { requests: 3, per: 2s },"
    " { requests: 5, per: 5s } ], retry: { attempts: 100, give_up_after: 1d } }\n";

std::vector<account_rules> rules_of_accounts() {
  return {{"paced"}, {"open"}, {"notes", true}, {"again", true, true}, {"tired", false, false, 3}, {"crowd", true}, {"scarce"}};
}

using changed_text = std::pair<std::string_view, std::string_view>;

/// Lower limits, less concurrency and other waits. Limits that go by turns stay, as turns of two configurations do not go together.
const std::vector<changed_text> stricter{
    {"{ requests: 15, per: 1s }", "{ requests: 9, per: 1s }"},
    {"{ requests: 20, per: 1s }, { requests: 60, per: 5s }", "{ requests: 30, per: 5s }, { requests: 12, per: 500ms }"},
    {"concurrency: 8", "concurrency: 2"},
    {"concurrency: 200", "concurrency: 20"},
    {"first_wait: 50ms", "first_wait: 80ms"},
};

// Accounts of which a long limit binds, or whose providers keep limits of their own and tell what is left of them.
constexpr std::string_view limited_text =
    "  hoarded: { provider: orwel, base_url: 'http://127.0.0.1:8', credential: { env: PATH },"
    " limits: [ { requests: 8, per: 1s }, { requests: 30, per: 30s } ], concurrency: 8, retry: { attempts: 100, give_up_after: 1d } }\n"
    "  patient: { provider: octanist, base_url: 'http://127.0.0.1:9', credential: { env: PATH },"
    " limits: [ { requests: 24, per: 1m }, { requests: 12, per: 2s } ], concurrency: 6, retry: { attempts: 100, give_up_after: 1d } }\n"
    "  counted: { provider: octanist, base_url: 'http://127.0.0.1:10', credential: { env: PATH }, limits: [], concurrency: 12,"
    " retry: { attempts: 100, give_up_after: 1d, first_wait: 50ms } }\n"
    "  twice: { provider: octanist, base_url: 'http://127.0.0.1:11', credential: { env: PATH }, limits: [], unknown_outcome: retry,"
    " retry: { attempts: 100, give_up_after: 1d } }\n"
    "  tired: { provider: orwel, base_url: 'http://127.0.0.1:12', credential: { env: PATH }, limits: [], concurrency: 8,"
    " retry: { attempts: 3, first_wait: 100ms, give_up_after: 1d } }\n"
    "  quota: { provider: quota, base_url: 'http://127.0.0.1:13', credential: { env: PATH }, limits: [], concurrency: 200,"
    " retry: { attempts: 100, give_up_after: 1d } }\n"
    "  paired: { provider: octanist, base_url: 'http://127.0.0.1:14', credential: { env: PATH }, limits: [ { requests: 12, per: 5s } ],"
    " concurrency: 10, retry: { attempts: 100, give_up_after: 1d } }\n";

std::vector<account_rules> rules_of_limited() {
  return {{"hoarded"}, {"patient", true}, {"counted", true}, {"twice", true, true}, {"tired", false, false, 3},
          {"quota"},   {"paired", true}};
}

std::vector<kept_rules> kept_of_limited() {
  return {
      {.limits = {{8, 1s}, {30, 30s}}, .slides = true, .tells = telling::unix_seconds, .asks = asking::seconds, .is_own = true},
      {},
      {.limits = {{25, 10s}}, .tells = telling::seconds, .asks = asking::seconds},
      {.limits = {{15, 6s}, {40, 30s}}, .slides = true, .tells = telling::policies, .asks = asking::nothing},
      {.limits = {{20, 10s}}, .tells = telling::unix_seconds, .asks = asking::seconds, .clock_ahead = -100s},
      {.limits = {{30, 15s}}, .slides = true, .tells = telling::unix_milliseconds, .asks = asking::seconds},
      {.limits = {{12, 5s}}, .tells = telling::pairs, .asks = asking::date, .is_own = true},
  };
}

const std::vector<changed_text> stricter_limited{
    {"{ requests: 8, per: 1s }, { requests: 30, per: 30s }", "{ requests: 7, per: 1s }, { requests: 20, per: 30s }"},
    {"{ requests: 24, per: 1m }, { requests: 12, per: 2s }", "{ requests: 12, per: 45s }, { requests: 12, per: 2s }"},
    {"concurrency: 8", "concurrency: 2"},
    {"concurrency: 200", "concurrency: 20"},
    {"first_wait: 50ms", "first_wait: 80ms"},
};

std::string with_changes(std::string out, const std::vector<changed_text>& changes) {
  for (const auto& [before, after] : changes) out.replace(out.find(before), before.size(), after);
  return out;
}

std::shared_ptr<const config::configuration> load(std::string_view order, const std::string& accounts) {
  yaml::issues issues;
  const std::string text = std::string(before_accounts) + std::string(order) + "accounts:\n" + accounts;
  auto loaded = config::load_text(text, "simulation.yaml", issues);
  if (!loaded) throw std::logic_error(issues.all().front().text());
  return std::make_shared<const config::configuration>(std::move(*loaded));
}

setting load(std::string_view order) {
  const std::string accounts(accounts_text);
  const auto rules = rules_of_accounts();
  return {load(order, accounts), load(order, with_changes(accounts, stricter)), rules, std::vector<kept_rules>(rules.size())};
}

setting load_limited(std::string_view order) {
  const std::string accounts(limited_text);
  return {load(order, accounts), load(order, with_changes(accounts, stricter_limited)), rules_of_limited(), kept_of_limited(), true};
}

const std::array<setting, 4>& all_settings() {
  constexpr std::string_view by_key = "order_by: key\n";
  constexpr std::string_view by_lead = "order_by: lead\n";
  static const std::array<setting, 4> all{load(by_key), load(by_lead), load_limited(by_key), load_limited(by_lead)};
  return all;
}

}  // namespace

const setting& setting_of(int number) { return all_settings()[static_cast<std::size_t>(number)]; }

int settings() { return static_cast<int>(all_settings().size()); }

}  // namespace leadrelay::simulation
