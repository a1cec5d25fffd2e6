#include "demo/summary.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/json.hpp"
#include "demo/screen.hpp"

namespace leadrelay::demo {
namespace {

/// Whether the sandbox's lead has every expected field with its expected value.
bool is_as_expected(const demo_lead& lead, const json::value& all) {
  if (lead.changes == 0) return true;
  const json::value* held = json::find(all, lead.id);
  if (!held || !held->IsObject()) return false;
  return std::all_of(lead.expected.begin(), lead.expected.end(), [&](const auto& field) {
    const json::value* value = json::find(*held, field.first);
    const auto wanted = json::parse(field.second);
    return value && wanted && *value == *wanted;
  });
}

struct at_provider {
  std::size_t leads = 0;
  std::size_t right = 0;
  std::uint64_t order_violations = 0;
  std::uint64_t overlaps = 0;
  std::uint64_t faults = 0;
};

at_provider look_at(sandbox::provider which, const stream& changes, sandbox::background_server& providers) {
  at_provider out;
  const std::string leads = providers.ask([which](sandbox::sandbox_state& state) { return state.leads_json(which); });
  const auto all = json::parse(leads);
  for (const demo_lead& lead : changes.leads()) {
    if (lead.provider != which) continue;
    ++out.leads;
    if (all && is_as_expected(lead, *all)) ++out.right;
  }
  const auto counted = providers.ask([which](sandbox::sandbox_state& state) { return state.counted(which); });
  out.order_violations = counted.order_violations;
  out.overlaps = counted.overlaps;
  for (const std::uint64_t count : counted.faults) out.faults += count;
  return out;
}

bool print_accounts(const admin::process_snapshot& last, const stream& changes, sandbox::background_server& providers) {
  bool good = true;
  std::printf("%-15s %10s %8s %6s %8s %18s %17s\n", "account", "delivered", "retried", "dead", "faults", "leads as expected", "order violations");
  for (const relay::account_snapshot& account : last.accounts()) {
    const auto which = *sandbox::provider_from(account.provider);
    const at_provider seen = look_at(which, changes, providers);
    good = good && seen.right == seen.leads && seen.order_violations == 0 && seen.overlaps == 0;
    std::printf("%-15s %10lu %8lu %6lu %8lu %11zu of %-4zu %17lu\n", account.name.c_str(), account.counts.delivered, retried(account.counts),
                account.counts.dead_lettered(), seen.faults, seen.right, seen.leads, seen.order_violations + seen.overlaps);
  }
  return good;
}

std::map<std::string, int> expected_reasons(const std::vector<demo_record>& records) {
  std::map<std::string, int> out;
  for (const demo_record& record : records)
    if (record.expected) ++out[std::string(to_string(*record.expected))];
  return out;
}

bool print_dead_letters(const std::vector<demo_record>& records, std::vector<buried> dead) {
  std::sort(dead.begin(), dead.end(), [](const buried& a, const buried& b) { return a.reason < b.reason; });
  std::map<std::string, int> found;
  std::printf("\nDead letters (topic lead-changes.dead), each a record that the stream spoiled on purpose:\n");
  for (const buried& each : dead) {
    ++found[each.reason];
    std::printf("  %-17s %-14s %s\n", each.reason.c_str(), each.account.empty() ? "-" : each.account.c_str(), each.detail.c_str());
  }
  const bool good = found == expected_reasons(records);
  if (!good) std::printf("  These are NOT the %zu expected ones.\n", count_bad(records));
  return good;
}

}  // namespace

std::size_t count_bad(const std::vector<demo_record>& records) {
  return static_cast<std::size_t>(std::count_if(records.begin(), records.end(), [](const demo_record& r) { return r.expected.has_value(); }));
}

bool summarize(const admin::process_snapshot& last, const stream& changes, const std::vector<demo_record>& records,
               const std::vector<buried>& dead, sandbox::background_server& providers) {
  std::printf("\n");
  const bool states_match = print_accounts(last, changes, providers);
  const bool dead_match = print_dead_letters(records, dead);
  const bool good = states_match && dead_match;
  if (good) {
    std::printf("\nEvery lead is in its expected state, in order, and exactly the spoiled records are dead letters.\n"
                "A request goes again after 503, 429 or a dropped connection; the lead's next change waits until it is through.\n"
                "\nTo try next (the program is the one that ran this):\n"
                "  leadrelay demo --events 10000 --seconds 30 --seed 7   another stream\n"
                "  leadrelay providers perch                             what is known of a provider\n"
                "  leadrelay sandbox --listen 127.0.0.1:8080             the providers by themselves, for an account's base_url\n"
                "  leadrelay explain --config FILE EVENT.json            the request that an event becomes\n"
                "  README.md                                             a configuration for your own Kafka\n");
  } else {
    std::printf("\nNOT as expected: see above.\n");
  }
  return good;
}

}  // namespace leadrelay::demo
