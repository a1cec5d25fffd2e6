#include "simulation/scenario.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

constexpr int backlogs_per_mille = 10;
constexpr int one_account_per_mille = 50;
constexpr int one_limited_per_mille = 400;
constexpr int clears_per_mille = 80;
constexpr int reloads_per_mille = 250;
constexpr int few_attempts = 10;  ///< of an account whose changes may fail until they run out
/// Where changes that always fail leave room for the signs of life without which they look like an outage.
constexpr std::uint64_t ample_memory = 64u << 20;

constexpr std::string_view before_accounts =
    "kafka: { bootstrap.servers: 127.0.0.1:1, group.id: test }\n"
    "topics: { lead_changes: [changes], dead_letters: changes.dead, results: changes.results }\n"
    "max_record: 2KiB\n"
    "providers_dir: " LEADRELAY_SIMULATED_DEFINITIONS "\n";

constexpr std::string_view accounts_text =
    "  paced: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [ { requests: 15, per: 1s } ],"
    " concurrency: 8, retry: { attempts: 100, give_up_after: 1d } }\n"
    "  open: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 3,"
    " retry: { attempts: 100, give_up_after: 1d, first_wait: 50ms } }\n"
    "  notes: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH },"
    " limits: [ { requests: 20, per: 1s }, { requests: 60, per: 5s } ], concurrency: 6, retry: { attempts: 100, give_up_after: 1d } }\n"
    "  again: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], unknown_outcome: retry,"
    " retry: { attempts: 100, give_up_after: 1d } }\n"
    "  tired: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 4,"
    " retry: { attempts: 3, first_wait: 100ms, give_up_after: 1d } }\n"
    "  crowd: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 200,"
    " retry: { attempts: 100, give_up_after: 1d } }\n"
    "  scarce: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [ { requests: 3, per: 2s } ],"
    " retry: { attempts: 100, give_up_after: 1d } }\n";

const std::vector<int> crowded_accounts{0, 2, 5};  // paced, notes and crowd

std::vector<account_rules> rules_of_accounts() {
  return {{"paced"}, {"open"}, {"notes", true}, {"again", true, true}, {"tired", false, false, 3}, {"crowd", true}, {"scarce"}};
}

using changed_text = std::pair<std::string_view, std::string_view>;

/// Lower limits, less concurrency and other waits. A limit that goes by turns stays, as turns of two limits do not go together.
const std::vector<changed_text> stricter{
    {"{ requests: 15, per: 1s }", "{ requests: 9, per: 1s }"},
    {"{ requests: 20, per: 1s }, { requests: 60, per: 5s }", "{ requests: 30, per: 5s }, { requests: 12, per: 500ms }"},
    {"concurrency: 8", "concurrency: 2"},
    {"concurrency: 200", "concurrency: 20"},
    {"first_wait: 50ms", "first_wait: 80ms"},
};

// Accounts of which a long limit binds, or whose providers keep limits of their own and tell what is left of them.
constexpr std::string_view limited_text =
    "  hoarded: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH },"
    " limits: [ { requests: 8, per: 1s }, { requests: 40, per: 30s } ], concurrency: 8, retry: { attempts: 100, give_up_after: 1d } }\n"
    "  patient: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH },"
    " limits: [ { requests: 90, per: 2m }, { requests: 12, per: 2s } ], concurrency: 6, retry: { attempts: 100, give_up_after: 1d } }\n"
    "  counted: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 12,"
    " retry: { attempts: 100, give_up_after: 1d, first_wait: 50ms } }\n"
    "  twice: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], unknown_outcome: retry,"
    " retry: { attempts: 100, give_up_after: 1d } }\n"
    "  tired: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 8,"
    " retry: { attempts: 3, first_wait: 100ms, give_up_after: 1d } }\n"
    "  quota: { provider: quota, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [], concurrency: 200,"
    " retry: { attempts: 100, give_up_after: 1d } }\n"
    "  paired: { provider: octanist, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [ { requests: 12, per: 5s } ],"
    " concurrency: 10, retry: { attempts: 100, give_up_after: 1d } }\n";

std::vector<account_rules> rules_of_limited() {
  return {{"hoarded"}, {"patient", true}, {"counted", true}, {"twice", true, true}, {"tired", false, false, 3},
          {"quota"},   {"paired", true}};
}

std::vector<kept_rules> kept_of_limited() {
  return {
      {.limits = {{8, 1s}, {40, 30s}}, .slides = true, .tells = telling::unix_seconds, .asks = asking::seconds, .is_own = true},
      {},
      {.limits = {{25, 10s}}, .tells = telling::seconds, .asks = asking::seconds},
      {.limits = {{15, 6s}, {40, 30s}}, .slides = true, .tells = telling::policies, .asks = asking::nothing},
      {.limits = {{20, 10s}}, .tells = telling::unix_seconds, .asks = asking::seconds, .clock_ahead = 100s},
      {.limits = {{30, 15s}}, .slides = true, .tells = telling::unix_milliseconds, .asks = asking::seconds},
      {.limits = {{12, 5s}}, .tells = telling::pairs, .asks = asking::date, .is_own = true},
  };
}

const std::vector<changed_text> stricter_limited{
    {"{ requests: 8, per: 1s }, { requests: 40, per: 30s }", "{ requests: 7, per: 1s }, { requests: 30, per: 30s }"},
    {"{ requests: 90, per: 2m }, { requests: 12, per: 2s }", "{ requests: 60, per: 90s }, { requests: 12, per: 2s }"},
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

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string event_text(const std::string& id, const std::string& account, const std::string& lead, const std::string& changes) {
  return R"({"id":"e)" + id + R"(","account":")" + account + R"(","lead":{"id":)" + quoted(lead) + R"(},"changes":)" + changes + "}";
}

}  // namespace

const setting& setting_of(int number) { return all_settings()[static_cast<std::size_t>(number)]; }

int settings() { return static_cast<int>(all_settings().size()); }

scenario::scenario(std::uint64_t seed) : random(seed), reload_random(~seed) {
  reloads = reload_random.per_mille(reloads_per_mille);
  with = &setting_of(random.below(settings()));
  partitions = random.between(1, 6);
  workers = random.between(1, 3);
  records = random.between(30, 220);
  leads = random.between(2, 60);
  leads_of_a_key = random.one_of<int>({1, 1, 3});
  keyless_per_mille = random.one_of<int>({0, 300, 1000});
  bad_per_mille = random.one_of<int>({0, 50, 200});
  append_per_mille = random.one_of<int>({100, 500});
  memory = random.one_of<std::uint64_t>({20u << 10, 60u << 10, 64u << 20});
  feeding = random.between(1s, 40s);
  troubles = feeding + random.between(0s, 30s);
  rebalance_deadline = random.one_of<duration>({10s, 60s, 300s});
  session_timeout = random.one_of<duration>({6s, 45s});
  if (random.per_mille(one_account_per_mille)) only_account = 0;
  if (random.per_mille(backlogs_per_mille)) make_backlog();
  if (with->has_long_limits) make_long();
}

/// More than the map of one partition's commit can tell, all at once, most of it for accounts that are limited, and appends of more
/// leads than it can mark.
void scenario::make_backlog() {
  with = &setting_of(random.below(2));
  partitions = 1;
  records = random.between(2000, 4000);
  gaps_per_mille = 500;
  crowded = true;
  leads = random.between(200, 2000);
  append_per_mille = 500;
  memory = 64u << 20;
  feeding = 2s;
}

/// Long enough for windows to fill and open again while partitions change hands, and often of one account alone.
void scenario::make_long() {
  leads = random.between(10, 80);
  feeding = random.between(1s, 90s);
  troubles = feeding + random.between(0s, 60s);
  only_account.reset();
  if (random.per_mille(one_limited_per_mille)) only_account = random.below(static_cast<int>(with->rules.size()));
}

feeder::feeder(scenario& from) : from_(from) {
  const bool by_key = from.with->configuration->order == events::order_by::key;
  dice& random = from.random;
  const int account_count = static_cast<int>(from.with->rules.size());
  for (int number = 0; number < from.leads; ++number) {
    const int group = number / from.leads_of_a_key;
    if (number > 0 && group == (number - 1) / from.leads_of_a_key && leads_.back().key) {
      leads_.push_back(leads_.back());  // same key, same partition, same account
      if (!by_key) leads_.back().lane = number;
      continue;
    }
    const int account = from.crowded ? random.one_of(crowded_accounts) : from.only_account.value_or(random.below(account_count));
    lead made{account, random.below(from.partitions), number, std::nullopt};
    if (!random.per_mille(from.keyless_per_mille)) made.key = "key " + std::to_string(group);
    leads_.push_back(std::move(made));
  }
}

change feeder::next(int id) {
  dice& random = from_.random;
  const int number = random.below(from_.leads);
  const lead& of = leads_[static_cast<std::size_t>(number)];
  change out;
  out.id = id;
  out.partition = of.partition;
  out.key = of.key;
  out.account = of.account;
  out.lead = number;
  out.lane = of.lane;
  if (!random.per_mille(from_.bad_per_mille)) return make_good(of, std::move(out));
  if (random.per_mille(400))
    return make_unsendable(std::move(out), lead_id(from_.with->rules[static_cast<std::size_t>(of.account)].octanist, number));
  return make_malformed(std::move(out));
}

change feeder::make_good(const lead& of, change out) {
  const account_rules& rules = from_.with->rules[static_cast<std::size_t>(of.account)];
  const std::string number = std::to_string(out.id);
  constexpr std::array<std::string_view, 3> objects{"properties", "location", "summary"};
  out.place = from_.random.below(3);
  out.clears = from_.random.per_mille(clears_per_mille);
  const std::string cleared = !out.clears ? "" : rules.octanist ? R"(,"status":null)" : R"(,"company_id":null)";
  std::string changes = quoted(std::string(objects[static_cast<std::size_t>(out.place)])) + R"(:{"c":)" + number + "}";
  if (rules.octanist) {
    out.is = from_.random.per_mille(from_.append_per_mille) ? kind::append : kind::set;
    if (out.is == kind::append) out.place = 2;
    if (out.is == kind::set && out.clears) out.place = 0;
    if (out.is == kind::set) out.place = std::min(out.place, 1);
    const std::array<std::string, 3> fields{R"("value":)" + number, R"("status":"lost","loss_reason":"c)" + number + "\"",
                                            R"("note":"c)" + number + "\""};
    changes = fields[static_cast<std::size_t>(out.place)];
  }
  changes = "{" + changes + cleared + "}";
  if (out.is == kind::set && from_.random.per_mille(from_.bad_per_mille / 2)) {
    out.is = kind::refused;
    out.expected = from_.random.one_of<reason>({reason::not_found, reason::conflict, reason::rejected});
    if (rules.attempts <= few_attempts && from_.memory >= ample_memory && out.id % 2 == 0) {
      out.is = kind::failing;
      out.expected = reason::retries_exhausted;
    }
  }
  out.value = event_text(number, rules.name, lead_id(rules.octanist, out.lead), changes);
  return out;
}

change feeder::make_sign_of_life(int id, const change& beside) {
  const account_rules& rules = from_.with->rules[static_cast<std::size_t>(beside.account)];
  change out;
  out.id = id;
  out.is = kind::set;
  out.account = beside.account;
  out.partition = beside.partition;
  out.lead = out.lane = from_.leads + id;
  out.key = "key of " + std::to_string(out.lead);
  out.value =
      event_text(std::to_string(id), rules.name, lead_id(rules.octanist, out.lead), R"({"properties":{"c":)" + std::to_string(id) + "}}");
  return out;
}

change feeder::make_unsendable(change out, const std::string& id) {
  const account_rules& rules = from_.with->rules[static_cast<std::size_t>(out.account)];
  out.is = kind::unsendable;
  const bool unmapped = from_.random.per_mille(500) || !rules.octanist;
  out.expected = unmapped ? reason::unmapped_field : reason::invalid_field;
  out.value = event_text(std::to_string(out.id), rules.name, id, unmapped ? R"({"first_name":"x"})" : R"({"status":"nope"})");
  return out;
}

change feeder::make_malformed(change out) {
  out.is = kind::malformed;
  out.account = -1;
  out.lane = -1;
  switch (from_.random.below(6)) {
    case 0:
      out.expected = reason::undecodable;
      out.value = "{\"id\":";
      break;
    case 1:
      out.expected = reason::undecodable;
      out.value = "\xff\xfe";
      break;
    case 2:
      out.expected = reason::invalid_event;
      out.value = "{}";
      break;
    case 3: out.expected = reason::invalid_event; break;
    case 4:
      out.expected = reason::too_large;
      out.value = std::string(3000, 'x');
      break;
    default: out.expected = reason::unknown_account; out.value = event_text(std::to_string(out.id), "nobody", "1", R"({"note":"x"})");
  }
  return out;
}

}  // namespace leadrelay::simulation
