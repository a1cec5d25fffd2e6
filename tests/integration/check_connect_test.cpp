// `check --connect`: what it finds of each connection, and that nobody notices more of it than a connection.
#include <signal.h>

#include <gmock/gmock.h>

#include "support/certificates.hpp"
#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/process.hpp"
#include "support/scenario.hpp"
#include "support/silent_port.hpp"
#include "support/temp_dir.hpp"
#include "support/tls_front.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const certificates& shared_certificates() {
  static const certificates made;
  return made;
}

std::vector<std::string> arguments_for(const temp_dir& directory, const std::vector<std::string>& more) {
  std::vector<std::string> out{leadrelay_binary(), "check", "--config", directory.file("leadrelay.yaml"), "--connect"};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

struct checked {
  int code = -1;
  std::vector<std::string> lines;
  std::string text;
};

checked check(const worker_config& config, const std::vector<std::string>& more = {},
              const std::map<std::string, std::string>& environment = {}) {
  const temp_dir directory;
  write_file(directory.file("leadrelay.yaml"), config.yaml());
  auto variables = config.environment();
  variables.insert(environment.begin(), environment.end());
  const command_result result = run_command(arguments_for(directory, more), variables);
  checked out{result.code, {}, result.output + result.error};
  std::istringstream text(result.output);
  for (std::string line; std::getline(text, line);) out.lines.push_back(line);
  return out;
}

testing::Matcher<std::string> told(const std::string& begin, const std::string& words) {
  return AllOf(StartsWith(begin), HasSubstr(words));
}

TEST(check_connect, all_is_well_and_nobody_was_asked_anything) {
  scenario world("connect-well", 3);
  const tls_front front(shared_certificates().good(), world.sandbox().port());
  account_config plain = world.account("acme", "orwel");
  account_config secure = world.account("other", "perch");
  secure.base_url = "https://localhost:" + std::to_string(front.port());
  secure.more["tls"] = "{ ca: " + shared_certificates().authority() + " }";
  worker_config config = world.config({plain, secure});
  config.more["tracing"] = "{ endpoint: '" + world.sandbox().url() + "' }";

  const checked result = check(config);

  EXPECT_EQ(result.code, 0) << result.text;
  EXPECT_THAT(result.lines, Contains(told("ok      kafka: ", "1 broker answers")));
  EXPECT_THAT(result.lines, Contains("ok      topics.lead_changes " + world.topic() + ": 3 partitions"));
  EXPECT_THAT(result.lines, Contains(StartsWith("ok      topics.dead_letters " + world.dead_topic() + ": ")));
  EXPECT_THAT(result.lines, Contains("ok      kafka.group.id " + world.group() + ": can be read, has offsets of 0 of 3 partitions"));
  EXPECT_THAT(result.lines,
              Contains(told("ok      accounts.acme.park " + world.group() + ".parked.acme: ", "may create it with 3 partitions")));
  EXPECT_THAT(result.lines, Contains(told("ok      accounts.acme " + world.sandbox().url() + ": connects in ", "without TLS")));
  EXPECT_THAT(result.lines, Contains(told("ok      accounts.other https://localhost:", "the certificate is accepted")));
  EXPECT_THAT(result.lines,
              Contains(told("ok      accounts.other ", "the credential is in the environment variable " + secure.variable())));
  EXPECT_THAT(result.lines, Contains(StartsWith("ok      tracing.endpoint ")));
  for (const char* provider : {"orwel", "perch"}) EXPECT_EQ(world.sandbox().count(provider, "requests"), 0u);
  EXPECT_EQ(front.handshakes(), 1);
  EXPECT_EQ(front.bytes_from_clients(), 0u);
  EXPECT_FALSE(world.admin().topic_exists(world.group() + ".parked.acme"));
  EXPECT_FALSE(world.admin().group_exists(world.group()));
  for (const committed_offset& each : world.admin().committed(world.group(), world.topic())) EXPECT_EQ(each.next, -1);
  for (const std::int64_t end : world.admin().end_offsets(world.dead_topic())) EXPECT_EQ(end, 0);
  EXPECT_THAT(result.text, Not(HasSubstr(plain.credential)));
}

TEST(check_connect, worker_beside_goes_on_and_its_offsets_are_told) {
  scenario world("connect-beside");
  const worker_config config = world.config({world.account("acme", "orwel")});
  world.writer().write(world.topic(), lead_change{"event-1", "acme", uuid_of(1), R"({"properties":{"seq":1}})", "", ""}.record());
  world.writer().flush();
  const temp_dir directory;
  write_file(directory.file("leadrelay.yaml"), config.yaml());
  process worker({leadrelay_binary(), "run", "--config", directory.file("leadrelay.yaml")}, config.environment());
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.standard_error();

  const command_result result = run_command(arguments_for(directory, {}), config.environment());

  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("has offsets of 1 of "));
  EXPECT_EQ(world.sandbox().count("orwel", "requests"), 1u);
}

TEST(check_connect, topics_that_are_missing_or_too_small_are_told) {
  scenario world("connect-topics", 4);
  worker_config config = world.config({world.account("acme", "orwel")});
  config.dead_letters = unique_name("nowhere");
  world.admin().create_topic(world.group() + ".parked.acme", 2);

  const checked result = check(config);

  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines,
              Contains("failed  topics.dead_letters " + config.dead_letters +
                       ": is not there, expected a topic; create it: kafka-topics.sh --create --topic " + config.dead_letters));
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.acme.park ", "2 partitions, expected 4")));
  EXPECT_THAT(result.lines, Contains(StartsWith("ok      topics.lead_changes " + world.topic())));
  EXPECT_FALSE(world.admin().topic_exists(config.dead_letters));
}

TEST(check_connect, topic_that_may_not_be_read_is_told) {
  scenario world("connect-rights");
  world.admin().deny_reading(world.topic());
  const checked result = check(world.config({world.account("acme", "orwel")}));
  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines, Contains(told("failed  topics.lead_changes", "--operation Read --topic " + world.topic())));
}

worker_config with_sasl(const scenario& world, const std::string& password) {
  worker_config config = world.config({world.account("acme", "orwel")});
  config.kafka["bootstrap.servers"] = kafka_sasl_bootstrap();
  config.kafka["security.protocol"] = "sasl_plaintext";
  config.kafka["sasl.mechanisms"] = "PLAIN";
  config.kafka["sasl.username"] = "worker";
  config.kafka["sasl.password"] = password;
  return config;
}

TEST(check_connect, password_that_the_broker_takes_is_well) {
  const scenario world("connect-sasl");
  const checked result = check(with_sasl(world, "worker-secret"));
  EXPECT_EQ(result.code, 0) << result.text;
  EXPECT_THAT(result.text, Not(HasSubstr("worker-secret")));
}

TEST(check_connect, wrong_password_is_told_at_once_and_not_shown) {
  const scenario world("connect-password");
  const auto begin = std::chrono::steady_clock::now();
  const checked result = check(with_sasl(world, "hunter2-hunter2"), {"--timeout", "30s"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{15});
  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines, Contains(told("failed  kafka: ", "uthentication failed")));
  EXPECT_THAT(result.lines, Contains(told("failed  kafka: ", "expected security.protocol and sasl.* as the brokers take them")));
  EXPECT_THAT(result.text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(result.lines, Contains(StartsWith("ok      accounts.acme ")));
}

TEST(check_connect, tls_to_a_port_without_it_is_told) {
  const scenario world("connect-plain");
  worker_config config = world.config({world.account("acme", "orwel")});
  config.kafka["security.protocol"] = "ssl";
  const checked result = check(config, {"--timeout", "30s"});
  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines, Contains(told("failed  kafka: ", "in state SSL_HANDSHAKE")));
  EXPECT_THAT(result.lines, Contains(told("failed  kafka: ", "expected security.protocol and ssl.* as the brokers' listener has them")));
}

TEST(check_connect, broker_that_is_not_there_is_told_at_once) {
  const scenario world("connect-nobody");
  silent_port closed;
  closed.close();
  worker_config config = world.config({world.account("acme", "orwel")});
  config.kafka["bootstrap.servers"] = "127.0.0.1:" + closed.text();
  const auto begin = std::chrono::steady_clock::now();
  const checked result = check(config, {"--timeout", "30s"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{15});
  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines, Contains(told("failed  kafka: ", "Connection refused")));
}

TEST(check_connect, silence_ends_with_the_timeout) {
  const scenario world("connect-silence");
  const silent_port silent;
  account_config slow = world.account("slow", "orwel");
  slow.base_url = "https://127.0.0.1:" + silent.text();
  worker_config config = world.config({slow});
  config.kafka["bootstrap.servers"] = "127.0.0.1:" + silent.text();
  const auto begin = std::chrono::steady_clock::now();
  const checked result = check(config, {"--timeout", "2s"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{6});
  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines, Contains(StartsWith("failed  kafka: ")));
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.slow ", "TLS handshake not finished in time")));
}

// A sanitizer's own getaddrinfo comes before the one that hangs.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(check_connect, names_whose_look_up_never_ends_are_told_at_the_timeout) {
  const scenario world("connect-lookup");
  account_config slow = world.account("slow", "orwel");
  slow.base_url = "https://provider.hangs.test";
  for (const bool brokers_too : {false, true}) {
    worker_config config = world.config({world.account("acme", "orwel"), slow});
    if (brokers_too) config.kafka["bootstrap.servers"] = "broker.hangs.test:9092";
    const auto begin = std::chrono::steady_clock::now();
    const checked result = check(config, {"--timeout", "3s"}, {{"LD_PRELOAD", HANGING_LOOKUP}});
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{15});
    EXPECT_EQ(result.code, 1) << result.text;
    EXPECT_THAT(result.lines, Contains(told("failed  accounts.slow https://provider.hangs.test: ", "name lookup not finished in time")));
    EXPECT_THAT(result.lines, Contains(StartsWith("ok      accounts.acme ")));
    if (brokers_too) {
      EXPECT_THAT(result.lines, Contains(told("failed  kafka: no answer in time; ", "or a longer --timeout")));
    } else {
      EXPECT_THAT(result.lines, Contains(StartsWith("ok      kafka: ")));
    }
  }
}
#endif

TEST(check_connect, interrupt_ends_it) {
  const scenario world("connect-interrupt");
  const silent_port silent;
  worker_config config = world.config({world.account("acme", "orwel")});
  config.kafka["bootstrap.servers"] = "127.0.0.1:" + silent.text();
  const temp_dir directory;
  write_file(directory.file("leadrelay.yaml"), config.yaml());
  process child(arguments_for(directory, {"--timeout", "10m"}), config.environment());
  ASSERT_TRUE(child.output_lines().wait_for("good: ", std::chrono::steady_clock::now() + seconds{30}));
  child.signal(SIGINT);
  EXPECT_TRUE(child.wait(seconds{5}));
}

TEST(check_connect, provider_that_takes_no_connection_is_told) {
  const scenario world("connect-provider");
  silent_port closed;
  closed.close();
  account_config down = world.account("down", "orwel");
  down.base_url = "http://127.0.0.1:" + closed.text();
  account_config nowhere = world.account("nowhere", "orwel");
  nowhere.base_url = "https://no-such-host.invalid";
  const checked result = check(world.config({world.account("acme", "orwel"), down, nowhere}));
  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines, Contains(StartsWith("ok      accounts.acme ")));
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.down http://127.0.0.1:", "Connection refused; expected a server")));
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.nowhere https://no-such-host.invalid: ", "no-such-host.invalid")));
}

TEST(check_connect, certificates_that_are_not_accepted_are_told) {
  const scenario world("connect-tls");
  const tls_front other(shared_certificates().wrong_host(), world.sandbox().port());
  const tls_front old(shared_certificates().expired(), world.sandbox().port());
  const tls_front unknown(shared_certificates().good(), world.sandbox().port());
  const auto at = [&](const char* name, const tls_front& front, bool trusted) {
    account_config out = world.account(name, "orwel");
    out.base_url = "https://localhost:" + std::to_string(front.port());
    if (trusted) out.more["tls"] = "{ ca: " + shared_certificates().authority() + " }";
    return out;
  };
  const checked result = check(world.config({at("other", other, true), at("old", old, true), at("unknown", unknown, false)}));
  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines,
              Contains(told("failed  accounts.other ", "certificate not accepted: hostname mismatch; expected a certificate")));
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.old ", "certificate not accepted: certificate has expired")));
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.unknown ", "certificate not accepted: ")));
  EXPECT_EQ(world.sandbox().count("orwel", "requests"), 0u);
  EXPECT_EQ(other.bytes_from_clients() + old.bytes_from_clients() + unknown.bytes_from_clients(), 0u);
}

/// Under TLS 1.3 a server says so only once the client holds the handshake for ended.
TEST(check_connect, server_that_does_not_take_the_accounts_certificate_is_told) {
  const scenario world("connect-client");
  const certificate_files taken = shared_certificates().self_signed();
  const certificate_files other = shared_certificates().good();
  const tls_front front(shared_certificates().good(), world.sandbox().port(), taken.certificate);
  const auto with = [&](const char* name, const std::string& more) {
    account_config out = world.account(name, "orwel");
    out.base_url = "https://localhost:" + std::to_string(front.port());
    out.more["tls"] = "{ ca: " + shared_certificates().authority() + more + " }";
    return out;
  };
  const auto showing = [](const certificate_files& files) { return ", certificate: " + files.certificate + ", key: " + files.key; };
  const checked result = check(world.config({with("none", ""), with("wrong", showing(other)), with("right", showing(taken))}));
  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.none ", "refused after the TLS handshake: ")));
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.none ", "expected `tls.certificate` as the server takes it")));
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.wrong ", "refused after the TLS handshake: ")));
  EXPECT_THAT(result.lines, Contains(told("ok      accounts.right ", "the certificate is accepted")));
  EXPECT_EQ(front.bytes_from_clients(), 0u);
}

TEST(check_connect, server_without_tls_is_told) {
  const scenario world("connect-http");
  account_config account = world.account("acme", "orwel");
  account.base_url = "https" + world.sandbox().url().substr(4);
  const checked result = check(world.config({account}));
  EXPECT_EQ(result.code, 1) << result.text;
  EXPECT_THAT(result.lines, Contains(told("failed  accounts.acme ", "expected a server that speaks TLS 1.2 or later there")));
}

TEST(check_connect, machines_are_told_too) {
  scenario world("connect-json");
  worker_config config = world.config({world.account("acme", "orwel")});
  config.dead_letters = unique_name("nowhere");
  const checked result = check(config, {"--json"});
  EXPECT_EQ(result.code, 1);
  const auto parsed = json::parse(result.text);
  ASSERT_TRUE(parsed) << result.text;
  EXPECT_FALSE((*parsed)["good"].GetBool());
  EXPECT_EQ((*parsed)["problems"].Size(), 0u);
  std::map<std::string, bool> good;
  for (const auto& each : (*parsed)["connections"].GetArray()) good[std::string(json::text(each["subject"]))] = each["good"].GetBool();
  EXPECT_TRUE(good.at("kafka"));
  EXPECT_FALSE(good.at("topics.dead_letters " + config.dead_letters));
  EXPECT_TRUE(good.at("accounts.acme " + world.sandbox().url()));
}

}  // namespace
}  // namespace leadrelay::integration
