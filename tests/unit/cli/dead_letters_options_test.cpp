#include "cli/dead_letters_command.hpp"
#include "unit/cli/cli_support.hpp"

namespace leadrelay::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const wall_time now{std::chrono::milliseconds(1'795'255'200'000)};  // 2026-11-21T10:00:00Z

TEST(read_filters, takes_what_is_given) {
  const auto read = read_filters({.account = "acme", .reason = "not_found", .since = "2026-11-20", .until = "1h", .lead = "l1"}, now);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->account, "acme");
  EXPECT_EQ(read->reason, reason::not_found);
  EXPECT_EQ(read->since, now - std::chrono::hours(34));
  EXPECT_EQ(read->until, now - std::chrono::hours(1));
  EXPECT_EQ(read->lead, "l1");
  const auto none = read_filters({}, now);
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->account || none->reason || none->since || none->until || none->lead);
}

TEST(read_filters, says_what_would_be_right) {
  const auto reason = read_filters({.reason = "rejectd"}, now);
  EXPECT_THAT(reason.error().detail,
              AllOf(StartsWith("--reason: no such reason: `rejectd`, did you mean `rejected`?"), HasSubstr("too_old")));
  const auto since = read_filters({.since = "yester\nday"}, now);
  EXPECT_THAT(since.error().detail, AllOf(StartsWith("--since: `yester\\x0Aday`, expected a time"), HasSubstr("90m, 6h or 7d")));
  EXPECT_THAT(read_filters({.until = "x"}, now).error().detail, StartsWith("--until: `x`"));
  EXPECT_THAT(read_filters({.since = "1h", .until = "2h"}, now).error().detail, StartsWith("--until: `2h` is not after --since `1h`"));
}

TEST(parse_rate, takes_letters_a_second_minute_or_hour) {
  EXPECT_EQ(parse_rate("100/s").value(), 100);
  EXPECT_EQ(parse_rate("100").value(), 100);
  EXPECT_EQ(parse_rate("600/m").value(), 10);
  EXPECT_EQ(parse_rate("1800/h").value(), 0.5);
  for (const char* wrong : {"", "/s", "0/s", "-1/s", "1/d", "1/", "x/s", "nan", "inf", "1e3", "1 /s", "1000001/s"})
    EXPECT_FALSE(parse_rate(wrong)) << wrong;
  EXPECT_THAT(parse_rate("fast").error().detail, AllOf(StartsWith("--rate: `fast`, expected"), HasSubstr("100/s, 600/m or 5000/h")));
}

TEST(dead_letters, what_is_wrong_with_the_command_is_told_by_its_whole_name) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> table{
      {{"dead-letters"},
       "leadrelay dead-letters: a command is missing, expected list, show or replay; see leadrelay dead-letters --help\n"},
      {{"dead-letters", "lists"}, "leadrelay dead-letters: no such command: `lists`, did you mean `list`? Expected list, show or replay"},
      {{"dead-letters", "--config", "x"}, "leadrelay dead-letters: `--config` stands before the command, expected list, show or replay"},
      {{"dead-letters", "list"}, "leadrelay dead-letters list: --config is required; see leadrelay dead-letters list --help\n"},
      {{"dead-letters", "replay", "--dryrun"}, "leadrelay dead-letters replay: no such option: `--dryrun`, did you mean `--dry-run`?"},
      {{"dead-letters", "list", "--limit", "10001"}, "--limit: `10001`, expected a whole number from 0 to 10000"},
      {{"dead-letters", "show", "--config", "x"}, "leadrelay dead-letters show: letter is required"},
  };
  for (const auto& [arguments, what] : table) {
    const ended result = leadrelay(arguments);
    EXPECT_EQ(result.code, 2) << testing::PrintToString(arguments);
    EXPECT_THAT(result.error, HasSubstr(what));
  }
}

TEST(dead_letters, help_has_examples_and_stands_beside_what_is_wrong) {
  for (const char* command : {"list", "show", "replay"}) {
    const ended result = leadrelay({"dead-letters", command, "--wrong", "-h"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.output, AllOf(HasSubstr(std::string("Usage: leadrelay dead-letters ") + command), HasSubstr("Examples:")));
    EXPECT_EQ(leadrelay({"dead-letters", command, "--version"}).output, leadrelay({"--version"}).output);
  }
}

TEST(dead_letters, wrong_filters_are_told_before_anything_is_read) {
  for (const char* command : {"list", "replay"}) {
    const ended result = leadrelay({"dead-letters", command, "--config", "/nowhere", "--reason", "unlucky"});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.error, StartsWith(std::string("leadrelay dead-letters ") + command + ": --reason: no such reason: `unlucky`"));
  }
  EXPECT_EQ(leadrelay({"dead-letters", "show", "--config", "/nowhere", "0:0"}).code, 2);
}

}  // namespace
}  // namespace leadrelay::cli
