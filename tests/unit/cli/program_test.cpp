#include "cli/program.hpp"

#include "unit/cli/cli_support.hpp"

namespace leadrelay::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::vector<std::string> commands{"run", "demo", "check", "explain", "providers", "dead-letters", "sandbox", "completion", "man"};

TEST(program, help_is_given_everywhere) {
  for (const char* flag : {"--help", "-h"}) {
    const ended whole = leadrelay({flag});
    EXPECT_EQ(whole.code, 0);
    for (const std::string& command : commands) {
      EXPECT_THAT(whole.output, HasSubstr("\n  " + command + " "));
      const ended one = leadrelay({command, flag});
      EXPECT_EQ(one.code, 0) << command;
      EXPECT_THAT(one.output, HasSubstr("Usage: leadrelay " + command)) << command;
      EXPECT_THAT(one.error, IsEmpty()) << command;
    }
  }
}

TEST(program, version_is_told_everywhere) {
  const std::string told = leadrelay({"--version"}).output;
  EXPECT_THAT(told, StartsWith("leadrelay "));
  for (const std::string& command : commands) {
    const ended result = leadrelay({command, "--version"});
    EXPECT_EQ(result.code, 0) << command;
    EXPECT_EQ(result.output, told) << command;
    EXPECT_THAT(result.error, IsEmpty()) << command;
  }
}

TEST(program, help_is_given_beside_what_is_wrong) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{{"check", "--confgi", "x", "--help"},
                                                                                         {"check", "--config", "--help"},
                                                                                         {"demo", "--seed", "-1", "-h"},
                                                                                         {"explain", "a", "b", "-h"}}) {
    const ended result = leadrelay(arguments);
    EXPECT_EQ(result.code, 0) << testing::PrintToString(arguments) << result.error;
    EXPECT_THAT(result.output, HasSubstr("Usage: leadrelay " + arguments.front()));
  }
}

TEST(program, configuration_that_is_none_is_told_in_one_line) {
  const temporary_folder in;
  const std::vector<std::pair<std::string, std::string>> table{
      {in.path("none.yaml"), ":1:1: cannot be read: No such file or directory, expected a configuration\n"},
      {in.write("folder/note.txt", "").substr(0, in.path("folder").size()),
       ":1:1: holds no configuration, expected files whose names end in .yaml or .yml\n"},
      {in.write("file", "") + "/leadrelay.yaml", ":1:1: cannot be read: Not a directory, expected a configuration\n"},
      {"/proc/self/mem", ":1:1: cannot be read: Input/output error, expected a configuration\n"},  // opens, and cannot be read
      {in.write("empty.yaml", ""), ":1:1: is empty, expected a configuration, or a part of one\n"},
      {in.write("blank.yaml", "\n# later\n"), ":1:1: is empty, expected a configuration, or a part of one\n"},
  };
  for (const auto& [path, what] : table) {
    for (const char* command : {"run", "check", "explain"}) {
      const ended result = leadrelay({command, "--config", path});
      EXPECT_EQ(result.code, 2) << command << path;
      EXPECT_EQ(result.output + result.error, path + what) << command;
    }
  }
}

TEST(program, run_tells_what_check_tells) {
  const temporary_folder in;
  const std::string path =
      in.write("leadrelay.yaml", "kafka: { bootstrap.servers: b, group.id: g, acks: 1 }\n" + topics_part +
                                     "accounts: { acme: { provider: orwel, credential: { file: none }, tls: { ca: none } } }\nthread: 2\n");
  const ended checked = leadrelay({"check", "--config", path});
  const ended refused = leadrelay({"run", "--config", path});
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(lines_of(checked.output).size(), 4u) << checked.output;
  EXPECT_EQ(refused.error, checked.output);
  EXPECT_THAT(refused.output, IsEmpty());
}

}  // namespace
}  // namespace leadrelay::cli
