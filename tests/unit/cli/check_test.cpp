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

}  // namespace
}  // namespace leadrelay::cli
