#include "simulation/scenario.hpp"

#include <algorithm>
#include <array>

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

constexpr std::uint64_t apart = 1ull << 40;  ///< of the seeds of what a scenario was given later, so that all else of a seed stays as it is

const std::vector<int> crowded_accounts{0, 2, 5};  // paced, notes and crowd

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string event_text(const std::string& id, const std::string& account, const std::string& lead, const std::string& changes) {
  return R"({"id":"e)" + id + R"(","account":")" + account + R"(","lead":{"id":)" + quoted(lead) + R"(},"changes":)" + changes + "}";
}

}  // namespace

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
  enough_ahead = dice(seed + apart).one_of<std::optional<std::size_t>>({1, 5, 30, 300, std::nullopt});
}

/// More than the map of one partition's commit can tell, all at once, most of it for accounts that are limited, and appends of more
/// leads than it can mark.
void scenario::make_backlog() {
  with = &setting_of(random.below(plain_settings));
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
  records = random.between(60, 220);
  feeding = random.between(1s, 90s);
  troubles = feeding + random.between(0s, 60s);
  only_account.reset();
  if (random.per_mille(one_limited_per_mille)) only_account = random.one_of<int>({0, 1, 1, 1, 2, 3, 4, 5, 6});
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
