#include "unit/cli/cli_support.hpp"

namespace leadrelay::cli {
namespace {

using testing::HasSubstr;

const std::string literal_account = "accounts: { acme: { provider: orwel, credential: S3CRET } }\n";

TEST(check, good_configuration_is_said_to_be_good) {
  const temporary_folder in;
  const std::string path = in.write("leadrelay.yaml", kafka_part + topics_part + literal_account);
  const ended result = leadrelay({"check", "--config", path});
  EXPECT_EQ(result.code, 0);
  const std::string warning =
      "warning: accounts.acme.credential: the secret stands in the configuration, better { env: NAME } or { file: PATH }";
  EXPECT_EQ(result.output, path + ":3:50: " + warning + "\ngood: 1 account(s), 1 topic(s) of lead changes\n");
}

TEST(check, problems_are_told_in_the_order_of_the_file) {
  const temporary_folder in;
  unsetenv("LEADRELAY_TEST_NONE");
  const std::string path =
      in.write("leadrelay.yaml", accounts_part + topics_part + "kafka: { bootstrap.servers: b, group.id: g, acks: 1 }\n" + "threads: 0\n");
  const ended result = leadrelay({"check", "--config", path});
  EXPECT_EQ(result.code, 2);
  const auto lines = lines_of(result.output);
  ASSERT_EQ(lines.size(), 3u) << result.output;
  EXPECT_THAT(lines[0], HasSubstr(":1:50: accounts.acme.credential: "));
  EXPECT_THAT(lines[1], HasSubstr(":3:51: kafka.acks: "));
  EXPECT_THAT(lines[2], HasSubstr(":4:10: threads: expected a whole number from 1 to 256"));
}

TEST(check, problems_are_told_to_machines_too) {
  const temporary_folder in;
  unsetenv("LEADRELAY_TEST_NONE");
  const std::string path = in.write("leadrelay.yaml", kafka_part + topics_part + accounts_part);
  const ended result = leadrelay({"check", "--json", "--config", path});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.output,
            R"({"good":false,"problems":[{"file":")" + path +
                R"(","line":3,"column":50,"what":"accounts.acme.credential: the environment variable LEADRELAY_TEST_NONE is not set, )" +
                R"(expected a credential in it","warning":false}]})" + "\n");
}

TEST(check, several_files_are_one_configuration) {
  const temporary_folder in;
  const std::string base = in.write("base.yaml", kafka_part + topics_part);
  in.write("accounts/a.yaml", literal_account);
  in.write("accounts/b.yml", "accounts: { other: { provider: orwel, credential: S3CRET } }\n");
  const ended result = leadrelay({"check", "--config", base, "--config=" + in.path("accounts")});
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("good: 2 account(s), 1 topic(s) of lead changes\n"));
  const ended twice =
      leadrelay({"check", "--config", base, "--config", in.path("accounts/a.yaml"), "--config", in.write("c.yaml", literal_account)});
  EXPECT_EQ(twice.code, 2);
  EXPECT_THAT(twice.output,
              HasSubstr(in.path("c.yaml") + ":1:13: accounts.acme: stands at " + in.path("accounts/a.yaml") + ":1:13 too, keep one"));
}

TEST(check, variables_of_the_environment_are_put_in_and_not_shown) {
  const temporary_folder in;
  setenv("LEADRELAY_TEST_PASSWORD", "S3CRET", 1);
  const std::string kafka =
      "kafka:\n  bootstrap.servers: b\n  group.id: g\n  security.protocol: sasl_plaintext\n  sasl.mechanisms: PLAIN\n  sasl.username: u\n";
  const std::string good = in.write("good.yaml", kafka + "  sasl.password: ${LEADRELAY_TEST_PASSWORD}\n" + topics_part + literal_account);
  EXPECT_EQ(leadrelay({"check", "--config", good}).code, 0);
  const std::string bad = in.write("bad.yaml", kafka + "  sasl.pasword: ${LEADRELAY_TEST_PASSWORD}\n" + topics_part + literal_account);
  const ended result = leadrelay({"check", "--config", bad});
  const std::string wrong =
      in.write("wrong.yaml", "kafka:\n  bootstrap.servers: b\n  group.id: g\n  security.protocol: ${LEADRELAY_TEST_PASSWORD}\n" +
                                 topics_part + literal_account);
  EXPECT_THAT(leadrelay({"check", "--config", wrong}).output,
              AllOf(HasSubstr(":4:22: kafka.security.protocol: Invalid value \"***\""), testing::Not(HasSubstr("S3CRET"))));
  unsetenv("LEADRELAY_TEST_PASSWORD");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.output, testing::Not(HasSubstr("S3CRET")));
  EXPECT_THAT(leadrelay({"check", "--config", good}).output,
              HasSubstr(":7:18: kafka.sasl.password: the environment variable LEADRELAY_TEST_PASSWORD is not set"));
}

TEST(check, connections_are_not_tried_where_the_configuration_is_wrong) {
  const temporary_folder in;
  unsetenv("LEADRELAY_TEST_NONE");
  const std::string path = in.write("leadrelay.yaml", kafka_part + topics_part + accounts_part);
  const ended result = leadrelay({"check", "--connect", "--config", path});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.output, testing::EndsWith("nothing is connected to, expected a configuration without problems first\n"));
  EXPECT_THAT(leadrelay({"check", "--connect", "--json", "--config", path}).output, testing::EndsWith(",\"connections\":[]}\n"));
}

TEST(check, timeout_is_a_time_of_connections) {
  for (const char* time : {"0s", "11m", "-1s", "ten", "5"}) {
    const ended result = leadrelay({"check", "--config", "x", "--connect", "--timeout", time});
    EXPECT_EQ(result.code, 2) << time;
    EXPECT_THAT(result.error, HasSubstr("expected a time from 1ms to 10m")) << time;
  }
  const ended alone = leadrelay({"check", "--config", "x", "--timeout", "5s"});
  EXPECT_EQ(alone.code, 2);
  EXPECT_THAT(alone.error, HasSubstr("--connect"));
}

}  // namespace
}  // namespace leadrelay::cli
