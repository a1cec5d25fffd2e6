#include "unit/cli/cli_support.hpp"

namespace leadrelay::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class explain_test : public testing::Test {
 protected:
  ended explain(const std::string& events, const std::string& more = "", std::vector<std::string> flags = {"--json"}) const {
    unsetenv("LEADRELAY_TEST_NONE");
    std::vector<std::string> arguments{"explain", "--config", in.write("leadrelay.yaml", kafka_part + topics_part + accounts_part + more),
                                       in.write("events.json", events)};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return leadrelay(arguments);
  }

  const temporary_folder in;
};

std::string lead_id(int number) { return "00000000-0000-4000-8000-00000000000" + std::to_string(number); }

std::string event(int number, const std::string& account = "acme") {
  return R"({"id":"1","account":")" + account + R"(","lead":{"id":")" + lead_id(number) + R"("},"changes":{"summary":{"a":1}}})";
}

std::string pretty(int number) {
  return "{\n  \"id\": \"1\",\n  \"account\": \"acme\",\n  \"lead\": {\n    \"id\": \"" + lead_id(number) +
         "\"\n  },\n  \"changes\": {\n    \"summary\": {\n      \"a\": 1\n    }\n  }\n}\n";
}

auto of_lead(int number) { return HasSubstr(lead_id(number)); }

TEST_F(explain_test, request_is_shown_without_any_secret_at_hand) {
  const ended result = explain(event(1));
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.output, StartsWith(R"({"account":"acme","provider":"orwel","method":"PATCH","url":"https://api.orwel.io/)"));
  EXPECT_EQ(lines_of(result.output).size(), 1u);
}

TEST_F(explain_test, events_printed_over_many_lines_may_follow_one_another) {
  const ended result = explain(pretty(1) + pretty(2) + "\n" + event(3) + "\n" + pretty(4));
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(lines_of(result.output), ElementsAre(of_lead(1), of_lead(2), of_lead(3), of_lead(4)));
}

TEST_F(explain_test, broken_line_is_a_dead_letter_and_the_others_are_explained) {
  const ended result = explain(event(1) + "\n{\"id\": \"2\", \"account\":\n" + event(3) + " more\n" + event(4) + "\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(lines_of(result.output), ElementsAre(of_lead(1), StartsWith(R"({"dead_letter":{"reason":"undecodable")"),
                                                   StartsWith(R"({"dead_letter":{"reason":"undecodable")"), of_lead(4)));
}

TEST_F(explain_test, record_beyond_max_record_is_too_large_as_in_the_worker) {
  const std::string large = event(1).insert(1, R"("more":")" + std::string(1024, 'x') + R"(",)");
  const ended result = explain(large + "\n" + event(2), "max_record: 1KiB\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(lines_of(result.output), ElementsAre(R"({"dead_letter":{"reason":"too_large","detail":"key and value are )" +
                                                       std::to_string(large.size()) + R"x( bytes, at most 1024 (max_record)"}})x",
                                                   of_lead(2)));
}

TEST_F(explain_test, account_that_is_none_is_a_dead_letter) {
  EXPECT_EQ(explain(event(1, "acne")).output,
            R"({"dead_letter":{"reason":"unknown_account","detail":"account: the configuration has none of that name"}})"
            "\n");
}

TEST_F(explain_test, text_shows_the_request_with_its_credential_masked) {
  const ended result = explain(event(1), "", {});
  EXPECT_THAT(result.output, StartsWith("account acme, provider orwel\nPATCH https://api.orwel.io/"));
  EXPECT_THAT(result.output, HasSubstr("***"));
}

TEST_F(explain_test, what_holds_no_event_is_refused) {
  const ended empty = explain("\n \n");
  EXPECT_EQ(empty.code, 2);
  EXPECT_EQ(empty.error, in.path("events.json") + ": holds no event, expected one or more in JSON\n");
  const std::string config = in.path("leadrelay.yaml");
  const ended missing = leadrelay({"explain", "--config", config, in.path("none.json")});
  EXPECT_EQ(missing.code, 2);
  EXPECT_EQ(missing.error,
            in.path("none.json") + ": cannot be read: No such file or directory, expected a file with events, or - for standard input\n");
  const ended directory = leadrelay({"explain", "--config", config, in.path("")});
  EXPECT_EQ(directory.code, 2);
  EXPECT_THAT(directory.error, HasSubstr(": cannot be read: Is a directory, expected a file with events"));
  EXPECT_THAT(directory.error, Not(HasSubstr("holds no event")));
}

}  // namespace
}  // namespace leadrelay::cli
