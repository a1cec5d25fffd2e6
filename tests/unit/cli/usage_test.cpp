#include "cli/usage.hpp"

#include <cstdint>

#include "unit/cli/cli_support.hpp"

namespace leadrelay::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Refused with 2 and one line that says all of the words, and nothing on standard output.
void expect_refused(const std::vector<std::string>& arguments, const std::vector<std::string>& words) {
  const ended result = leadrelay(arguments);
  const std::string shown = testing::PrintToString(arguments);
  EXPECT_EQ(result.code, 2) << shown;
  EXPECT_THAT(result.output, IsEmpty()) << shown;
  EXPECT_EQ(lines_of(result.error).size(), 1u) << shown << result.error;
  EXPECT_THAT(result.error, StartsWith("leadrelay")) << shown;
  for (const std::string& word : words) EXPECT_THAT(result.error, HasSubstr(word)) << shown;
}

TEST(usage, no_command_is_told_with_all_of_them) { expect_refused({}, {"a command is missing", "run, demo, check, explain, providers"}); }

TEST(usage, unknown_command_is_told_with_the_one_meant) {
  expect_refused({"bogus"}, {"no such command: `bogus`, expected run, demo, check"});
  expect_refused({"chek"}, {"no such command: `chek`, did you mean `check`? Expected run, demo, check"});
  expect_refused({""}, {"no such command"});
  expect_refused({"-"}, {"`-` stands before the command"});
  expect_refused({"ru\nn\x01"}, {"ru\\x0An\\x01"});
}

TEST(usage, unknown_command_is_told_though_help_is_asked_for) {
  expect_refused({"bogus", "--help"}, {"no such command: `bogus`"});
  expect_refused({"bogus", "--version"}, {"no such command: `bogus`"});
}

TEST(usage, option_before_the_command_is_told) {
  expect_refused({"--config", "x", "check"}, {"`--config` stands before the command"});
  expect_refused({"--", "check"}, {"`--` stands before the command"});
}

TEST(usage, unknown_option_is_told_with_the_one_meant) {
  expect_refused({"run", "--confgi", "x"}, {"leadrelay run: no such option: `--confgi`, did you mean `--config`?"});
  expect_refused({"check", "--config", "x", "-j"}, {"no such option: `-j`, expected --help, --config, --json, --connect, --timeout or --version"});
  expect_refused({"check", "--jsn=SECRET"}, {"no such option: `--jsn`, did you mean `--json`?"});
}

TEST(usage, option_without_its_value_is_told) {
  expect_refused({"check"}, {"leadrelay check: --config is required"});
  expect_refused({"check", "--config"}, {"--config: has no value, expected FILE after it"});
  expect_refused({"check", "--config", "--json"}, {"--config: has no value, expected FILE after it"});
  expect_refused({"check", "--config", ""}, {"--config: is empty, expected FILE"});
  expect_refused({"check", "--config="}, {"--config: is empty, expected FILE"});
  expect_refused({"check", "--config", "x", "--json=3"}, {"--json: takes no value"});
}

TEST(usage, what_is_too_many_is_told) {
  expect_refused({"check", "--config", "a", "--json", "--config", "b", "--json"}, {"--json: stands twice, expected once"});
  expect_refused({"check", "--config", "a", "b"}, {"`b` is one argument too many"});
  expect_refused({"explain", "--config", "a", "b", "c"}, {"`c` is one argument too many"});
  expect_refused({"check", "--config", "a", "run", "--config", "b"}, {"`run` is one argument too many"});
  expect_refused({"explain", "--config", "a", "--", "b", "--json"}, {"`--json` is one argument too many"});
}

TEST(usage, what_is_no_whole_number_in_range_is_refused) {
  for (const char* command : {"demo", "sandbox"})
    for (const char* bad : {"-1", "-18446744073709551615", "18446744073709551616", "99999999999999999999999", "1e3", "0x10", "1.5", "+1",
                            " 1", "1 ", "one", "1_000", "1,000", "٣"})
      expect_refused({command, "--seed", bad}, {"--seed: `", "expected a whole number from 0 to 18446744073709551615"});
  for (const char* bad : {"0", "-1", "20001", "1e3", "4294967297", "18446744073709551617"})
    expect_refused({"demo", "--events", bad}, {"--events: `" + std::string(bad) + "`, expected a whole number from 1 to 20000"});
  for (const char* bad : {"0", "-1", "46", "4294967297", "0x1"})
    expect_refused({"demo", "--seconds", bad}, {"expected a whole number from 1 to 45"});
  for (const char* option : {"--seed", "--events", "--seconds"}) {
    expect_refused({"demo", option, ""}, {"is empty, expected N"});
    expect_refused({"demo", std::string(option) + "="}, {"is empty, expected N"});
    expect_refused({"demo", std::string(option) + "=-1"}, {"`-1`, expected a whole number"});
  }
}

TEST(usage, whole_number_in_range_is_taken) {
  const ended edges = leadrelay({"demo", "--events", "20000", "--seconds=045", "--seed", "18446744073709551615"});
  EXPECT_EQ(edges.code, 7) << edges.error;
  EXPECT_EQ(edges.output, "20000 events, 45 s, seed 18446744073709551615\n");
  EXPECT_EQ(leadrelay({"demo", "--events=1", "--seconds", "1", "--seed", "0"}).output, "1 events, 1 s, seed 0\n");
}

TEST(usage, sandbox_s_numbers_are_refused_alike) {
  for (const char* bad : {"127.0.0.1", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:1e3", ":80", "127.0.0.1:+1"})
    expect_refused({"sandbox", "--listen", bad}, {"--listen: `" + std::string(bad) + "`: expected HOST:PORT"});
  for (const char* bad : {"orwel", "orwel=", "orwel=0/1m", "orwel=-1/1m", "orwel=1e3/1m", "orwel=1/-1m", "orwel=1/0s", "orwel=1/1",
                          "orwell=1/1m", "=1/1m", "orwel=99999999999999999999/1m"})
    expect_refused({"sandbox", "--limit", bad}, {"--limit: `" + std::string(bad) + "`: expected PROVIDER=N/TIME"});
  expect_refused({"sandbox", "--limit", "orwel=1/1m", "perch=1/1m"}, {"`perch=1/1m` is one argument too many"});
}

TEST(usage, sandbox_s_files_are_looked_at) {
  expect_refused({"sandbox", "--tls-key", "/nowhere"}, {"--tls-certificate and --tls-key go together"});
  expect_refused({"sandbox", "--tls-key", "/nowhere", "--tls-certificate", "/"},
                 {"--tls-certificate: `/`: Is a directory, expected a certificate"});
  expect_refused({"sandbox", "--faults", "@/"}, {"--faults: /: cannot be read: Is a directory"});
  expect_refused({"sandbox", "--faults", "@/nowhere"}, {"--faults: /nowhere: cannot be read: No such file"});
  expect_refused({"sandbox", "--faults", R"({"orwel": {"status_503": -1}})"}, {"--faults: orwel.status_503: must be from 0 to 100"});
}

TEST(parse_whole_number, only_plain_digits_in_range_are_one) {
  EXPECT_EQ(parse_whole_number<int>("010", 1, 10), 10);
  EXPECT_EQ(parse_whole_number<int>("0", 1, 10), std::nullopt);
  EXPECT_EQ(parse_whole_number<int>("11", 1, 10), std::nullopt);
  EXPECT_EQ(parse_whole_number<int>("", 0, 10), std::nullopt);
  EXPECT_EQ(parse_whole_number<std::uint64_t>("18446744073709551615", 0, UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(parse_whole_number<std::uint64_t>("18446744073709551616", 0, UINT64_MAX), std::nullopt);
}

}  // namespace
}  // namespace leadrelay::cli
