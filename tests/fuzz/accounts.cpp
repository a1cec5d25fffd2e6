#include "accounts.hpp"

#include <string>

#include "fuzz_support.hpp"

namespace leadrelay::fuzz {
namespace {

const std::string text = R"(
kafka: { bootstrap.servers: b, group.id: g }
topics: { lead_changes: [t], dead_letters: d }
accounts:
  acme-perch: { provider: perch, credential: { env: KEY } }
  acme-leadpro: { provider: leadpro, credential: { env: KEY } }
  acme-octanist: { provider: octanist, credential: { env: KEY } }
  acme-leadping: { provider: leadping, credential: { env: KEY } }
  acme-orwel: { provider: orwel, credential: { env: KEY } }
  set-perch:
    provider: perch
    credential: { env: KEY }
    base_url: https://api.example/a%20path/v2/
    defaults: { resourceType: Firm, resourceId: qSBKZzUi, email: a@b.example, first_name: A, last_name: B, phone: { number: "1" } }
    ignore: [note, address, meta]
    require: [resource_type, resource_id, phone.number]
    clear: empty
  set-leadpro:
    provider: leadpro
    credential: { env: KEY }
    defaults: { first_name: A, last_name: B }
    ignore: [phone, summary]
    clear: refuse
    unknown_outcome: retry
  set-octanist:
    provider: octanist
    credential: { env: KEY }
    base_url: http://127.0.0.1:8080/x
    ignore: [first_name, last_name, address, phone]
    clear: empty
  set-leadping:
    provider: leadping
    credential: { env: KEY }
    defaults: { metadata: { subId: s }, address: { line1: "1", country: US }, height: 180, is_homeowner: true, credit_score: 700 }
    ignore: [status, note, meta, utm_term]
    require: [first_name]
    clear: "null"
  set-orwel:
    provider: orwel
    credential: { env: KEY }
    ignore: [first_name, email, questionnaire]
    clear: empty
)";

config::configuration load() {
  yaml::issues issues;
  auto loaded = config::load_text(text, "accounts.yaml", issues);
  for (const auto& issue : issues.all()) std::fprintf(stderr, "%s\n", issue.text().c_str());
  expect(loaded && loaded->accounts.size() == 10, "the accounts can be loaded");
  return std::move(*loaded);
}

}  // namespace

const config::account& account_of(std::size_t number) {
  static const config::configuration all = load();
  return all.accounts[number % all.accounts.size()];
}

}  // namespace leadrelay::fuzz
