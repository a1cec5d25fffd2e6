#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_support.hpp"

namespace leadrelay::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const std::string full = R"(# everything there is
kafka:
  bootstrap.servers: localhost:9092,localhost:9093
  group.id: leadrelay
  security.protocol: SASL_SSL
  sasl.password: "p: #1"
  fetch.max.bytes: 1048576
  session.timeout.ms: 0045000
topics:
  lead_changes: [lead-changes, more.lead_changes]
  dead_letters: lead-changes.dead
  results: lead-changes.results
accounts:
  acme-perch:
    provider: perch
    base_url: https://api.realtor.dit.myperch.io/
    credential: { env: PERCH_API_KEY }
    limits: [ { requests: 100, per: 1h }, { requests: 5, per: 500ms } ]
    concurrency: 7
    defaults: { resourceType: Firm, resourceId: qSBKZzUi }
    ignore: [office_id, phone.lookup]
    require: [resource_id]
    clear: empty
    unknown_outcome: retry
    retry: { attempts: 3, first_wait: 1s, longest_wait: 2m, give_up_after: 1h, longest_retry_after: 10m }
    timeouts: { connect: 2s, answer: 1m }
    tls: { ca: ca.pem, certificate: /etc/client.pem, key: keys/client.pem }
    largest_answer: 64KiB
    merging: false
    trace_context: false
    park: { after: 5m, changes: 2000, bytes: 16MiB }
  acme.ping:
    provider: leadping
    credential: { file: secrets/ping }
    limits: []
    park: false
admin: { listen: "0.0.0.0:0" }
threads: 4
memory: 1GiB
max_record: 2MiB
grace: 5s
order_by: lead
log: { format: json, level: debug }
)";

std::string told_at(const place& at) {
  yaml::issues issues;
  at.fail("wrong", issues);
  return issues.all().at(0).text();
}

TEST(load_text, full_configuration_is_read) {
  yaml::issues issues;
  const auto read = load_text(full, "/etc/leadrelay/leadrelay.yaml", issues);
  for (const auto& issue : issues.all()) ADD_FAILURE() << issue.text();
  ASSERT_TRUE(read);
  EXPECT_THAT(read->kafka, ElementsAre(Pair("bootstrap.servers", "localhost:9092,localhost:9093"), Pair("group.id", "leadrelay"),
                                       Pair("security.protocol", "SASL_SSL"), Pair("sasl.password", "p: #1"),
                                       Pair("fetch.max.bytes", "1048576"), Pair("session.timeout.ms", "0045000")));
  EXPECT_EQ(told_at(read->kafka_places.at("sasl.password")), "/etc/leadrelay/leadrelay.yaml:6:18: kafka.sasl.password: wrong");
  ASSERT_TRUE(read->kafka_place);
  EXPECT_EQ(told_at(*read->kafka_place), "/etc/leadrelay/leadrelay.yaml:3:3: kafka: wrong");
  EXPECT_THAT(read->topics.lead_changes, ElementsAre("lead-changes", "more.lead_changes"));
  EXPECT_EQ(read->topics.dead_letters, "lead-changes.dead");
  EXPECT_EQ(read->topics.results, "lead-changes.results");
  EXPECT_EQ(read->admin.host, "0.0.0.0");
  EXPECT_EQ(read->admin.port, 0);
  EXPECT_EQ(read->threads, 4);
  EXPECT_EQ(read->memory, 1u << 30);
  EXPECT_EQ(read->max_record, 2u << 20);
  EXPECT_EQ(read->grace, 5s);
  EXPECT_EQ(read->order, events::order_by::lead);
  EXPECT_TRUE(read->log.json);
  EXPECT_EQ(read->log.level, "debug");
  EXPECT_TRUE(read->catalogue.find("perch"));
}

TEST(load_text, full_account_is_read) {
  yaml::issues issues;
  const auto read = load_text(full, "/etc/leadrelay/leadrelay.yaml", issues);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->accounts.size(), 2u);
  const account& acme = read->accounts[0];
  EXPECT_EQ(acme.name, "acme-perch");
  EXPECT_EQ(acme.plan.definition().name(), "perch");
  EXPECT_EQ(acme.plan.base_url(), "https://api.realtor.dit.myperch.io");
  EXPECT_EQ(acme.plan.settings().account, "acme-perch");
  EXPECT_THAT(acme.plan.settings().ignore, ElementsAre("office_id", "phone.lookup"));
  EXPECT_THAT(acme.plan.settings().require, ElementsAre("resource_id"));
  EXPECT_EQ(acme.plan.settings().clear, providers::clear_as::empty);
  EXPECT_EQ(acme.plan.settings().on_unknown, providers::unknown_outcome::retry);
  EXPECT_EQ(acme.credential.from, credential_source::kind::environment);
  EXPECT_EQ(acme.credential.text, "PERCH_API_KEY");
  EXPECT_THAT(acme.limits, ElementsAre(providers::limit{100, 1h}, providers::limit{5, 500ms}));
  EXPECT_EQ(acme.concurrency, 7);
  EXPECT_EQ(acme.retry.attempts, 3);
  EXPECT_EQ(acme.retry.first_wait, 1s);
  EXPECT_EQ(acme.retry.longest_wait, 2min);
  EXPECT_EQ(acme.retry.give_up_after, 1h);
  EXPECT_EQ(acme.retry.longest_retry_after, 10min);
  EXPECT_EQ(acme.connect_timeout, 2s);
  EXPECT_EQ(acme.answer_timeout, 1min);
  EXPECT_EQ(acme.tls.ca_file, "/etc/leadrelay/ca.pem");
  EXPECT_EQ(acme.tls.certificate_file, "/etc/client.pem");
  EXPECT_EQ(acme.tls.key_file, "/etc/leadrelay/keys/client.pem");
  EXPECT_EQ(acme.largest_answer, 64u << 10);
  EXPECT_FALSE(acme.merging);
  EXPECT_FALSE(acme.passes_trace_context);
  EXPECT_TRUE(acme.park.on);
  EXPECT_EQ(acme.park.after, 5min);
  EXPECT_EQ(acme.park.changes, 2000);
  EXPECT_EQ(acme.park.bytes, 16u << 20);
  EXPECT_EQ(read->accounts[1].credential.from, credential_source::kind::file);
  EXPECT_EQ(read->accounts[1].credential.text, "/etc/leadrelay/secrets/ping");
  EXPECT_THAT(read->accounts[1].limits, IsEmpty());
  EXPECT_FALSE(read->accounts[1].park.on);
}

TEST(load_text, what_is_left_out_has_its_default) {
  const auto read = load(whole(""));
  EXPECT_THAT(read.issues, IsEmpty());
  ASSERT_TRUE(read.value);
  EXPECT_EQ(read.value->topics.results, std::nullopt);
  EXPECT_EQ(read.value->admin.host, "127.0.0.1");
  EXPECT_EQ(read.value->admin.port, 9464);
  EXPECT_EQ(read.value->threads, 1);
  EXPECT_EQ(read.value->memory, 256u << 20);
  EXPECT_EQ(read.value->max_record, 1u << 20);
  EXPECT_EQ(read.value->grace, 30s);
  EXPECT_EQ(read.value->order, events::order_by::key);
  EXPECT_FALSE(read.value->log.json);
  EXPECT_EQ(read.value->log.level, "info");
  const account& a = read.value->accounts.at(0);
  EXPECT_EQ(a.plan.base_url(), "https://api.realtor.myperch.io");
  EXPECT_EQ(a.limits, a.plan.definition().limits());
  EXPECT_FALSE(a.limits.empty());
  EXPECT_EQ(a.concurrency, 16);
  EXPECT_EQ(a.retry.attempts, 8);
  EXPECT_EQ(a.retry.first_wait, 500ms);
  EXPECT_EQ(a.retry.longest_wait, 60s);
  EXPECT_EQ(a.retry.give_up_after, 15min);
  EXPECT_EQ(a.retry.longest_retry_after, 5min);
  EXPECT_EQ(a.connect_timeout, 5s);
  EXPECT_EQ(a.answer_timeout, 30s);
  EXPECT_EQ(a.largest_answer, 1u << 20);
  EXPECT_TRUE(a.merging);
  EXPECT_TRUE(a.passes_trace_context);
  EXPECT_TRUE(a.park.on);
  EXPECT_EQ(a.park.after, 1min);
  EXPECT_EQ(a.park.changes, 10'000);
  EXPECT_EQ(a.park.bytes, std::nullopt);
  EXPECT_FALSE(a.tls.ca_file || a.tls.certificate_file || a.tls.key_file);
}

TEST(load_text, broken_root_is_told) {
  const std::string parts = kafka_part + topics_part + accounts_part;
  const std::string keys = "kafka, topics, accounts, admin, threads, memory, max_record, grace, order_by, providers_dir, log or tracing";
  expect_issues({
      {"", {"1:1: is empty, expected a configuration, or a part of one"}},
      {"# nothing\n", {"1:1: is empty, expected a configuration, or a part of one"}},
      {"[]", {"1:1: is a list, expected a map"}},
      {"text", {"1:1: is a single value, expected a map"}},
      {"{}", {"1:1: `kafka` is missing", "1:1: `topics` is missing", "1:1: `accounts` is missing"}},
      {parts + "thread: 2\n", {"4:1: thread: unknown key, did you mean `threads`?"}},
      {parts + "xyzzy: 2\n", {"4:1: xyzzy: unknown key, expected " + keys}},
      {parts + "threads: 1\nthreads: 2\n", {"5:1: threads: stands twice, keep one"}},
      {parts + "---\n{}\n", {"4:1: a second document starts here, expected one"}},
      {parts + "threads: 0\n", {"4:10: threads: expected a whole number from 1 to 256"}},
      {parts + "threads: 257\n", {"4:10: threads: expected a whole number from 1 to 256"}},
      {parts + "threads: two\n", {"4:10: threads: expected a whole number from 1 to 256"}},
      {parts + "threads: 1.5\n", {"4:10: threads: expected a whole number from 1 to 256"}},
      {parts + "threads: [1]\n", {"4:10: threads: expected a whole number from 1 to 256"}},
      {parts + "memory: 15MiB\n", {"4:9: memory: expected a size from 16MiB to 1024GiB, such as 512KiB, 16MiB or 1GiB"}},
      {parts + "memory: 256MB\n", {"4:9: memory: expected a size from 16MiB to 1024GiB, such as 512KiB, 16MiB or 1GiB"}},
      {parts + "memory: -1\n", {"4:9: memory: expected a size from 16MiB to 1024GiB, such as 512KiB, 16MiB or 1GiB"}},
      {parts + "max_record: 1023\n", {"4:13: max_record: expected a size from 1KiB to 512MiB, such as 512KiB, 16MiB or 1GiB"}},
      {parts + "memory: 16MiB\nmax_record: 5MiB\n", {"5:13: max_record: 5MiB is more than a quarter of memory, 16MiB"}},
      {parts + "grace: 30\n", {"4:8: grace: expected a time from 0s to 1h, such as 500ms, 5s, 15m or 1h"}},
      {parts + "grace: 61m\n", {"4:8: grace: expected a time from 0s to 1h, such as 500ms, 5s, 15m or 1h"}},
      {parts + "order_by: leed\n", {"4:11: order_by: expected key or lead, did you mean `lead`?"}},
      {parts + "providers_dir:\n", {"5:1: providers_dir: is empty, expected a folder"}},
      {parts + "providers_dir: nowhere/here\n", {"4:16: providers_dir: no such folder: nowhere/here"}},
      {parts + "providers_dir: [x]\n", {"4:16: providers_dir: is a list, expected a text"}},
      {kafka_part + topics_part + "accounts: {}\n", {"3:11: accounts: is empty, expected at least one account"}},
      {kafka_part + topics_part + "accounts: []\n", {"3:11: accounts: is a list, expected a map"}},
      {kafka_part + topics_part + "accounts:\n", {"4:1: accounts: is empty, expected a map"}},
  });
}

TEST(load_text, good_edges_are_taken) {
  for (const char* more : {"threads: 256\n", "memory: 16MiB\n", "memory: 16MiB\nmax_record: 4MiB\n", "grace: 0s\n", "order_by: key\n",
                           "log: {}\n", "admin: {}\n"})
    EXPECT_THAT(load(whole(more)).issues, IsEmpty()) << more;
}

TEST(load_text, every_problem_is_told_in_one_pass) {
  const auto read = load(
      "kafka: { group.id: g, enable.auto.commit: true }\n"
      "topics: { lead_changes: [], dead_letter: d }\n"
      "accounts: { \"a b\": { provider: perk, limits: 5, retry: { attempts: 0 } } }\n"
      "threads: 0\n"
      "log: { level: loud }\n");
  EXPECT_FALSE(read.value);
  EXPECT_EQ(read.issues.size(), 12u) << testing::PrintToString(read.issues);
}

TEST(load_text, anchors_and_aliases_are_taken) {
  const auto read = load(kafka_part + topics_part +
                         "accounts:\n"
                         "  a: { provider: perch, credential: { env: A }, retry: &patient { attempts: 20 } }\n"
                         "  b: { provider: perch, credential: { env: B }, retry: *patient }\n");
  EXPECT_THAT(read.issues, IsEmpty());
  ASSERT_TRUE(read.value);
  EXPECT_EQ(read.value->accounts.at(1).retry.attempts, 20);
}

TEST(load_text, alias_that_leads_back_to_itself_ends) {
  const auto read = load(with_account("    defaults: { meta: &m [ *m ] }\n", "leadpro"));
  EXPECT_THAT(read.issues, ElementsAre(HasSubstr("an alias leads back to itself")));
}

TEST(load_text, alias_bomb_ends) {
  std::string bomb = "    defaults:\n      a: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "      b" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 1; j < 10; ++j) bomb += "," + last;
    bomb += "]\n";
  }
  EXPECT_FALSE(load(with_account(bomb, "leadpro")).issues.empty());
}

TEST(load_text, any_start_of_a_configuration_is_told_never_crashes) {
  for (std::size_t length = 0; length < full.size(); ++length) {
    yaml::issues issues;
    const auto read = load_text(full.substr(0, length), "f", issues);
    EXPECT_EQ(read.has_value(), issues.good()) << length;
    for (const auto& issue : issues.all()) {
      EXPECT_GE(issue.line, 1) << length;
      EXPECT_GE(issue.column, 1) << length;
      EXPECT_FALSE(issue.what.empty());
    }
  }
}

TEST(load_text, any_byte_changed_never_crashes) {
  for (const char with : {' ', '{', ']', ':', '"', '\n', '*', '&', '\0', '\xFF', '?', '-', '!', '|'}) {
    for (std::size_t at = 0; at < full.size(); at += 13) {
      std::string text = full;
      text[at] = with;
      yaml::issues issues;
      const auto read = load_text(text, "f", issues);
      EXPECT_EQ(read.has_value(), issues.good()) << at;
    }
  }
}

TEST(load_text, deep_nesting_is_told) {
  for (const char* open : {"[", "{a: "}) {
    std::string text = "kafka: ";
    for (int i = 0; i < 20'000; ++i) text += open;
    EXPECT_FALSE(load(text).issues.empty());
  }
}

TEST(load_files, relative_paths_are_taken_from_its_folder) {
  const temporary_folder in;
  in.write("defs/mine.yaml", R"(
name: mine
title: Mine
source: a test
base_url: https://mine.example
call: { method: PATCH, path: "/leads/{id}" }
auth: { bearer: true }
lead: { one_of: [id] }
fields: { first_name: { to: /first_name } }
)");
  const auto path = in.write(
      "leadrelay.yaml", kafka_part + topics_part + "accounts: { a: { provider: mine, credential: { file: key } } }\nproviders_dir: defs\n");
  yaml::issues issues;
  const auto read = load_files({path}, issues);
  for (const auto& issue : issues.all()) ADD_FAILURE() << issue.text();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->accounts[0].plan.definition().title(), "Mine");
  EXPECT_EQ(read->accounts[0].credential.text, in.path("key"));
}

TEST(load_files, bad_definition_is_told_with_its_own_file) {
  const temporary_folder in;
  in.write("defs/mine.yaml", "name: mine\n");
  const auto path = in.write("leadrelay.yaml", whole("providers_dir: defs\n"));
  yaml::issues issues;
  EXPECT_FALSE(load_files({path}, issues));
  ASSERT_FALSE(issues.all().empty());
  EXPECT_EQ(issues.all()[0].file, in.path("defs/mine.yaml"));
}

TEST(read_files, what_is_right_is_read_beside_what_is_wrong) {
  const temporary_folder in;
  const auto path = in.write("leadrelay.yaml",
                             "kafka: { bootstrap.servers: b }\n"
                             "topics: { lead_changes: [t] }\n"
                             "accounts:\n"
                             "  a: { provider: perhaps, credential: { env: KEY }, tls: { ca: ca.pem, key: 1.pem } }\n"
                             "  b: { provider: orwel }\n"
                             "  c: { provider: orwel, credential: { file: key }, limits: 5 }\n"
                             "  d: { provider: orwel, base_url: 'http://localhost', credential: { env: KEY } }\n"
                             "threads: 4\n");
  yaml::issues issues;
  const auto read = read_files({path}, issues);
  EXPECT_FALSE(issues.good());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->threads, 4);
  EXPECT_THAT(read->kafka, ElementsAre(Pair("bootstrap.servers", "b")));
  ASSERT_EQ(read->references.size(), 4u);
  const account_references& a = read->references[0];
  EXPECT_EQ(a.credential.value().text, "KEY");
  EXPECT_EQ(told_at(a.credential_place), path + ":4:39: accounts.a.credential: wrong");
  EXPECT_EQ(a.definition, nullptr);
  EXPECT_TRUE(a.uses_tls);
  EXPECT_EQ(a.tls.ca_file, in.path("ca.pem"));
  EXPECT_EQ(told_at(a.tls_places.at("key")), path + ":4:77: accounts.a.tls.key: wrong");
  EXPECT_FALSE(read->references[1].credential);
  EXPECT_EQ(read->references[2].credential.value().text, in.path("key"));
  EXPECT_EQ(read->references[2].definition->name(), "orwel");
  EXPECT_FALSE(read->references[3].uses_tls);
}

TEST(read_files, what_is_no_yaml_gives_nothing) {
  const temporary_folder in;
  yaml::issues issues;
  EXPECT_FALSE(read_files({in.write("a.yaml", "a: [\n")}, issues));
  EXPECT_FALSE(read_files({in.path("none.yaml")}, issues));
  EXPECT_EQ(issues.all().size(), 2u);
}

}  // namespace
}  // namespace leadrelay::config
