#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_support.hpp"

namespace leadrelay::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using kind = credential_source::kind;

std::string read(kind from, const std::string& text) {
  const auto secret = read_credential({from, text});
  return secret ? *secret : "problem: " + secret.error().detail;
}

/// An environment variable for as long as a test lasts.
class variable {
 public:
  variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~variable() { unsetenv(name_); }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;

 private:
  const char* name_;
};

TEST(read_credential, environment_is_read_now) {
  unsetenv("LEADRELAY_TEST_KEY");
  EXPECT_EQ(read(kind::environment, "LEADRELAY_TEST_KEY"),
            "problem: the environment variable LEADRELAY_TEST_KEY is not set, expected a credential in it");
  const variable first("LEADRELAY_TEST_KEY", "one");
  EXPECT_EQ(read(kind::environment, "LEADRELAY_TEST_KEY"), "one");
  const variable second("LEADRELAY_TEST_KEY", "");
  EXPECT_EQ(read(kind::environment, "LEADRELAY_TEST_KEY"),
            "problem: the environment variable LEADRELAY_TEST_KEY is empty, expected a credential in it");
}

TEST(read_credential, file_loses_one_line_end) {
  const temporary_folder in;
  EXPECT_EQ(read(kind::file, in.write("a", "SECRET")), "SECRET");
  EXPECT_EQ(read(kind::file, in.write("a", "SECRET\n")), "SECRET");
  EXPECT_EQ(read(kind::file, in.write("a", "SECRET\r\n")), "SECRET");
  EXPECT_EQ(read(kind::file, in.write("a", "SECRET\n\n")), "SECRET\n");
}

TEST(read_credential, file_that_gives_none_is_told_by_its_path) {
  const temporary_folder in;
  EXPECT_EQ(read(kind::file, in.path("none")),
            "problem: the file " + in.path("none") + " cannot be read: No such file or directory, expected a credential in it");
  EXPECT_EQ(read(kind::file, in.path()), "problem: the file " + in.path() + " cannot be read: Is a directory, expected a credential in it");
  EXPECT_EQ(read(kind::file, in.write("empty", "\n")), "problem: the file " + in.path("empty") + " is empty, expected a credential in it");
  EXPECT_EQ(read(kind::file, in.write("large", std::string((64 << 10) + 1, 'x'))),
            "problem: the file " + in.path("large") + " is larger than 64KiB, expected a credential alone");
}

TEST(read_credential, literal_is_itself) { EXPECT_EQ(read(kind::literal, "SECRET"), "SECRET"); }

/// What `check_credentials` finds in a configuration of these accounts, from the line on.
std::vector<std::string> found_in(const temporary_folder& in, const std::string& accounts) {
  const auto path = in.write("leadrelay.yaml", kafka_part + topics_part + accounts);
  yaml::issues reading;
  const auto of = read_files({path}, reading);
  EXPECT_TRUE(of);
  yaml::issues issues;
  check_credentials(*of, issues);
  std::vector<std::string> out;
  for (const auto& issue : issues.all()) out.push_back(issue.text().substr(path.size() + 1));
  return out;
}

TEST(check_credentials, each_account_s_trouble_is_told_at_its_place_unseen) {
  const temporary_folder in;
  in.write("bad", "SECRET\nX: y");
  in.write("good", "SECRET\n");
  unsetenv("LEADRELAY_TEST_NONE");
  const auto found = found_in(in,
                              "accounts:\n"
                              "  a: { provider: perch, credential: { env: LEADRELAY_TEST_NONE } }\n"
                              "  b: { provider: perch, credential: { file: bad } }\n"
                              "  c: { provider: perch, credential: { file: good } }\n"
                              "  d:\n"
                              "    provider: perch\n"
                              "    credential:\n"
                              "      file: none\n");
  const std::string unset = "the environment variable LEADRELAY_TEST_NONE is not set, expected a credential in it";
  EXPECT_THAT(found, ElementsAre("4:37: accounts.a.credential: " + unset,
                                 HasSubstr("5:37: accounts.b.credential: the credential has a control character"),
                                 HasSubstr("10:7: accounts.d.credential: the file " + in.path("none") + " cannot be read: No such file")));
  for (const auto& each : found) EXPECT_THAT(each, Not(HasSubstr("SECRET")));
}

TEST(check_credentials, account_that_is_wrong_elsewhere_is_looked_at_too) {
  const temporary_folder in;
  unsetenv("LEADRELAY_TEST_NONE");
  EXPECT_THAT(found_in(in,
                       "accounts:\n"
                       "  a: { provider: perhaps, credential: { env: LEADRELAY_TEST_NONE } }\n"
                       "  b: { provider: perch, limits: 5, credential: { env: LEADRELAY_TEST_NONE } }\n"
                       "  c: { provider: perch }\n"),
              ElementsAre(HasSubstr("4:39: accounts.a.credential: "), HasSubstr("5:48: accounts.b.credential: ")));
}

}  // namespace
}  // namespace leadrelay::config
