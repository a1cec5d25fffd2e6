#include "config/changes.hpp"

#include <gmock/gmock.h>

#include "unit/config/config_support.hpp"

namespace leadrelay::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

configuration good(const std::string& text) {
  auto out = load(text);
  EXPECT_TRUE(out.value) << text << out.issues.front();
  return std::move(*out.value);
}

std::vector<std::string> keys(const std::string& before, const std::string& after) { return restart_keys(good(before), good(after)); }

std::string with(const std::string& kafka, const std::string& topics, const std::string& more) {
  return "kafka: { bootstrap.servers: b, group.id: g" + kafka + " }\ntopics: { lead_changes: [t], dead_letters: d" + topics + " }\n" +
         accounts_part + more;
}

TEST(changes, every_key_but_accounts_and_definitions_needs_a_restart_and_is_named_without_its_value) {
  const std::string plain = with("", "", "");
  EXPECT_THAT(keys(plain, plain), IsEmpty());
  EXPECT_THAT(keys(plain, with(", sasl.password: secret-word", "", "")), ElementsAre("kafka.sasl.password"));
  EXPECT_THAT(keys(with(", sasl.password: one, client.id: x", "", ""), with(", sasl.password: other", "", "")),
              ElementsAre("kafka.client.id", "kafka.sasl.password"));
  EXPECT_THAT(keys(plain, with("", ", results: r", "")), ElementsAre("topics.results"));
  EXPECT_THAT(keys(plain, kafka_part + "topics: { lead_changes: [t, u], dead_letters: e }\n" + accounts_part),
              ElementsAre("topics.lead_changes", "topics.dead_letters"));
  const std::vector<std::pair<std::string, std::string>> others{
      {"admin: { listen: 127.0.0.1:1 }", "admin.listen"},
      {"log: { format: json }", "log.format"},
      {"log: { level: debug }", "log.level"},
      {"tracing: { endpoint: 'http://h:1' }", "tracing"},
      {"threads: 2", "threads"},
      {"memory: 99MiB", "memory"},
      {"max_record: 2KiB", "max_record"},
      {"grace: 3s", "grace"},
      {"order_by: lead", "order_by"},
  };
  for (const auto& [text, key] : others) EXPECT_THAT(keys(plain, with("", "", text + "\n")), ElementsAre(key));
}

TEST(changes, every_key_of_tracing_counts) {
  const auto traced = [](const std::string& more) { return with("", "", "tracing: { endpoint: 'http://h:1'" + more + " }\n"); };
  EXPECT_THAT(keys(traced(""), traced("")), IsEmpty());
  for (const char* more : {", service_name: x", ", headers: { a: { env: B } }", ", queue: 7", ", interval: 1s", ", timeout: 1s"})
    EXPECT_THAT(keys(traced(""), traced(more)), ElementsAre("tracing")) << more;
}

bool same(const std::string& before, const std::string& after, const std::string& providers = "perch") {
  const configuration one = good(with_account(before, providers));
  const configuration other = good(with_account(after, providers));
  return is_same(one, one.accounts[0], other, other.accounts[0]);
}

TEST(changes, an_account_is_the_same_only_where_every_key_is) {
  EXPECT_TRUE(same("", ""));
  for (const char* key :
       {"base_url: 'http://h:1'", "limits: []", "limits: [ { requests: 3, per: 1h } ]", "concurrency: 3", "merging: false",
        "retry: { attempts: 3 }", "retry: { first_wait: 3ms }", "timeouts: { connect: 1s }", "timeouts: { answer: 1s }",
        "largest_answer: 2KiB", "tls: { ca: x.pem }", "park: { after: 2s }", "park: { changes: 99 }", "trace_context: false",
        "defaults: { resourceType: Firm }", "ignore: [note]", "require: [first_name]", "clear: refuse", "unknown_outcome: retry"})
    EXPECT_FALSE(same("", "    " + std::string(key) + "\n")) << key;
  EXPECT_FALSE(same("    defaults: { resourceType: Firm }\n", "    defaults: { resourceType: FirmMember }\n"));
  EXPECT_TRUE(same("    defaults: { resourceType: Firm }\n    limits: []\n", "    limits: []\n    defaults: { resourceType: Firm }\n"));
}

TEST(changes, an_account_is_another_where_its_provider_or_the_text_of_its_definition_is) {
  const configuration perch = good(with_account(""));
  const configuration orwel = good(with_account("", "orwel"));
  EXPECT_FALSE(is_same(perch, perch.accounts[0], orwel, orwel.accounts[0]));
  temporary_folder folder;
  const std::string text(perch.catalogue.source("perch"));
  const auto from_folder = [&] { return good("providers_dir: '" + folder.path() + "'\n" + with_account("")); };
  folder.write("perch.yaml", text);
  const configuration first = from_folder();
  EXPECT_TRUE(is_same(perch, perch.accounts[0], first, first.accounts[0])) << "wherever it stands";
  EXPECT_EQ(first.providers_dir, folder.path());
  folder.write("perch.yaml", text + "\n# another\n");
  const configuration second = from_folder();
  EXPECT_FALSE(is_same(first, first.accounts[0], second, second.accounts[0]));
}

}  // namespace
}  // namespace leadrelay::config
