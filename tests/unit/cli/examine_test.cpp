#include "cli/examine.hpp"

#include "unit/cli/cli_support.hpp"

namespace leadrelay::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// What is found in a configuration, without the file's name.
class examine_test : public testing::Test {
 protected:
  examine_test() { unsetenv("LEADRELAY_TEST_NONE"); }

  std::vector<std::string> found(const std::string& text, look how = look::at_secrets) const {
    const std::string path = in.write("leadrelay.yaml", text);
    yaml::issues issues;
    const auto read = examine({path}, how, issues);
    EXPECT_EQ(read.has_value(), issues.good());
    std::vector<std::string> out;
    for (const auto& issue : issues.all()) out.push_back(issue.text().substr(path.size() + 1));
    return out;
  }

  /// With these properties on line 4 and the following, and an account that is well.
  std::vector<std::string> found_with(const std::string& properties) const {
    return found("kafka:\n  bootstrap.servers: b\n  group.id: g\n" + properties + topics_part +
                     "accounts: { acme: { provider: orwel, credential: KEY } }\n",
                 look::at_properties);
  }

  const temporary_folder in;
};

const std::string warning =
    ": warning: accounts.acme.credential: the secret stands in the configuration, better { env: NAME } or { file: PATH }";

TEST_F(examine_test, property_s_trouble_stands_at_the_property) {
  EXPECT_THAT(found_with("  acks: 1\n  fetch.mim.bytes: 1\n"),
              ElementsAre("4:9: kafka.acks: must be all, or absent: a dead letter is settled once all in-sync replicas have it",
                          HasSubstr("5:20: kafka.fetch.mim.bytes: No such configuration property"), "7:50" + warning));
}

TEST_F(examine_test, properties_that_do_not_go_together_stand_at_one_of_them) {
  EXPECT_THAT(found_with("  session.timeout.ms: 400000\n  max.poll.interval.ms: 300000\n"),
              ElementsAre("5:25: kafka.max.poll.interval.ms: `max.poll.interval.ms`must be >= `session.timeout.ms`", "7:50" + warning));
  EXPECT_THAT(found_with("  session.timeout.ms: 400000\n"),
              ElementsAre("4:23: kafka.session.timeout.ms: `max.poll.interval.ms`must be >= `session.timeout.ms`", "6:50" + warning));
}

TEST_F(examine_test, what_is_said_of_no_property_stands_at_kafka) {
  EXPECT_THAT(found_with("  security.protocol: sasl_ssl\n  sasl.mechanisms: PLAIN\n"),
              ElementsAre("2:3: kafka: sasl.username and sasl.password must be set", "7:50" + warning));
}

TEST_F(examine_test, file_that_a_property_names_is_told_with_the_system_s_reason) {
  EXPECT_THAT(found_with("  security.protocol: ssl\n  ssl.ca.location: /no/such/ca.pem\n").at(0),
              testing::AllOf(HasSubstr("5:20: kafka.ssl.ca.location: "), HasSubstr("(`/no/such/ca.pem`: No such file or directory)")));
}

TEST_F(examine_test, text_of_librdkafka_is_one_line) {
  const auto issues = found_with("  socket.timeout.ms: 1\n");
  EXPECT_THAT(issues.at(0), HasSubstr("4:22: kafka.socket.timeout.ms: "));
  for (const auto& issue : issues) EXPECT_THAT(issue, Not(HasSubstr("\n")));
}

TEST_F(examine_test, required_property_is_missed_once_and_the_others_checked) {
  EXPECT_THAT(found("kafka: { session.timeout.ms: 400000, group.id: '' }\n" + topics_part + accounts_part, look::at_properties),
              ElementsAre("1:8: kafka: `bootstrap.servers` is missing",
                          "1:30: kafka.session.timeout.ms: `max.poll.interval.ms`must be >= `session.timeout.ms`",
                          "1:48: kafka.group.id: is empty"));
}

TEST_F(examine_test, wrong_file_hides_no_other_trouble) {
  in.write("rubbish.pem", "s3cret");
  const auto issues = found("kafka: { bootstrap.servers: b, group.id: g, acks: 1 }\n" + topics_part +
                            "thread: 2\n"
                            "accounts:\n"
                            "  a: { provider: perhaps, credential: { env: LEADRELAY_TEST_NONE }, tls: { ca: rubbish.pem } }\n"
                            "  b: { provider: orwel, credential: { file: none }, tls: { certificate: none.pem, key: rubbish.pem } }\n");
  ASSERT_EQ(issues.size(), 8u) << testing::PrintToString(issues);
  EXPECT_THAT(issues[0], HasSubstr("1:51: kafka.acks: "));
  EXPECT_THAT(issues[1], HasSubstr("3:1: thread: unknown key"));
  EXPECT_THAT(issues[2], HasSubstr("5:18: accounts.a.provider: no such provider"));
  EXPECT_THAT(issues[3], HasSubstr("5:39: accounts.a.credential: the environment variable LEADRELAY_TEST_NONE is not set"));
  EXPECT_EQ(issues[4],
            "5:80: accounts.a.tls.ca: `" + in.path("rubbish.pem") + "`: no certificate or crl found, expected certificates in PEM");
  EXPECT_THAT(issues[5], HasSubstr("6:37: accounts.b.credential: the file " + in.path("none") + " cannot be read"));
  EXPECT_THAT(issues[6], HasSubstr("6:73: accounts.b.tls.certificate: `" + in.path("none.pem") + "`: No such file or directory, expected"));
  EXPECT_THAT(issues[7], HasSubstr("6:88: accounts.b.tls.key: `" + in.path("rubbish.pem") + "`: holds no key, expected"));
  for (const auto& issue : issues) EXPECT_THAT(issue, Not(HasSubstr("s3cret")));
}

TEST_F(examine_test, secrets_are_looked_at_only_where_they_are_needed) {
  EXPECT_THAT(found(kafka_part + topics_part + accounts_part, look::at_properties), IsEmpty());
  EXPECT_THAT(found(kafka_part + topics_part + accounts_part).size(), 1u);
}

TEST_F(examine_test, tls_files_beside_http_are_not_read) {
  EXPECT_THAT(found(kafka_part + topics_part +
                    "accounts: { acme: { provider: orwel, base_url: 'http://localhost', credential: KEY, tls: { ca: none } } }\n"),
              ElementsAre(HasSubstr("warning: accounts.acme.credential"), HasSubstr("warning: accounts.acme.tls: has no effect")));
}

TEST_F(examine_test, no_credential_is_shown) {
  for (const char* properties : {"  security.protocol: ssl\n  ssl.key.pem: S3CRET\n", "  sasl.pasword: S3CRET\n",
                                 "  ssl.key.password: S3CRET\n  ssl.key.location: /\n"})
    for (const auto& issue : found_with(properties)) EXPECT_THAT(issue, Not(HasSubstr("S3CRET"))) << properties;
}

config::configuration with_places(std::initializer_list<const char*> names) {
  config::configuration out;
  for (const char* name : names) out.kafka_places.emplace(name, config::place());
  return out;
}

TEST(property_of, property_s_own_problem_is_at_it) {
  EXPECT_EQ(property_of({"acks", "of linger.ms"}, with_places({"acks", "linger.ms"})), "acks");
}

TEST(property_of, first_that_is_named_and_given_is_taken) {
  const std::string what = "`fetch.max.bytes` must be >= `message.max.bytes`";
  EXPECT_EQ(property_of({"", what}, with_places({"fetch.max.bytes", "message.max.bytes"})), "fetch.max.bytes");
  EXPECT_EQ(property_of({"", what}, with_places({"message.max.bytes"})), "message.max.bytes");
  EXPECT_EQ(property_of({"", what}, with_places({"acks"})), "");
}

TEST(property_of, longer_names_are_others) {
  const auto in = with_places({"max.bytes", "fetch.max", "ssl.key"});
  EXPECT_EQ(property_of({"", "fetch.max.bytes is wrong"}, in), "");
  EXPECT_EQ(property_of({"", "ssl.key.location, not ssl.key."}, in), "ssl.key");
}

}  // namespace
}  // namespace leadrelay::cli
