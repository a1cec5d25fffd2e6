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
  EXPECT_EQ(read(kind::environment, "LEADRELAY_TEST_KEY"), "problem: the environment variable LEADRELAY_TEST_KEY is not set");
  const variable first("LEADRELAY_TEST_KEY", "one");
  EXPECT_EQ(read(kind::environment, "LEADRELAY_TEST_KEY"), "one");
  const variable second("LEADRELAY_TEST_KEY", "");
  EXPECT_EQ(read(kind::environment, "LEADRELAY_TEST_KEY"), "problem: the environment variable LEADRELAY_TEST_KEY is empty");
}

TEST(read_credential, file_loses_one_line_end) {
  const folder in;
  EXPECT_EQ(read(kind::file, in.write("a", "SECRET")), "SECRET");
  EXPECT_EQ(read(kind::file, in.write("a", "SECRET\n")), "SECRET");
  EXPECT_EQ(read(kind::file, in.write("a", "SECRET\r\n")), "SECRET");
  EXPECT_EQ(read(kind::file, in.write("a", "SECRET\n\n")), "SECRET\n");
}

TEST(read_credential, file_that_gives_none_is_told_by_its_path) {
  const folder in;
  EXPECT_EQ(read(kind::file, in.path("none")), "problem: the file " + in.path("none") + " cannot be read: No such file or directory");
  EXPECT_EQ(read(kind::file, in.path()), "problem: the file " + in.path() + " cannot be read: Is a directory");
  EXPECT_EQ(read(kind::file, in.write("empty", "\n")), "problem: the file " + in.path("empty") + " is empty, expected a credential");
  EXPECT_EQ(read(kind::file, in.write("large", std::string((64 << 10) + 1, 'x'))),
            "problem: the file " + in.path("large") + " is larger than 64KiB, expected a credential");
}

TEST(read_credential, literal_is_itself) { EXPECT_EQ(read(kind::literal, "SECRET"), "SECRET"); }

TEST(check_credentials, each_account_s_trouble_is_told_unseen) {
  const folder in;
  in.write("bad", "SECRET\nX: y");
  in.write("good", "SECRET\n");
  unsetenv("LEADRELAY_TEST_NONE");
  const auto path = in.write("leadrelay.yaml", kafka_part + topics_part +
                                                   "accounts:\n  a: { provider: perch, credential: { env: LEADRELAY_TEST_NONE } }\n"
                                                   "  b: { provider: perch, credential: { file: bad } }\n"
                                                   "  c: { provider: perch, credential: { file: good } }\n");
  yaml::issues issues;
  const auto of = load_file(path, issues);
  ASSERT_TRUE(of);
  const auto found = check_credentials(*of);
  EXPECT_THAT(found, ElementsAre("accounts.a.credential: the environment variable LEADRELAY_TEST_NONE is not set",
                                 HasSubstr("accounts.b.credential: the credential has a control character")));
  for (const auto& each : found) EXPECT_THAT(each, Not(HasSubstr("SECRET")));
}

}  // namespace
}  // namespace leadrelay::config
