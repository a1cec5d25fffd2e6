#include "config/environment.hpp"

#include <stdlib.h>

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_support.hpp"

namespace leadrelay::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

/// What a value becomes, or the issue.
std::string replaced(const std::string& value, const std::map<std::string, std::string>& set) {
  const variables from = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = set.find(name);
    return found == set.end() ? std::nullopt : std::optional(found->second);
  };
  yaml::issues issues;
  const std::string file = "f";
  const auto root = yaml::parse("a:\n  b: |-\n    " + value + "\n", file, issues);
  EXPECT_TRUE(root) << value;
  if (!root) return {};
  substitute(*root, file, from, issues);
  return issues.good() ? (*root)["a"]["b"].Scalar() : issues.all().at(0).text();
}

const std::string forms = ", expected ${NAME} or ${NAME:-default}, or $${ for a literal ${";

TEST(substitute, variable_is_replaced_wherever_it_stands) {
  const std::map<std::string, std::string> set{{"A", "one"}, {"_b2", "two"}, {"EMPTY", ""}};
  EXPECT_EQ(replaced("${A}", set), "one");
  EXPECT_EQ(replaced("x${A}y${_b2}${A}z", set), "xoneytwoonez");
  EXPECT_EQ(replaced("<${EMPTY}>", set), "<>");
  EXPECT_EQ(replaced("$A $ {A} $(A) {A} }${A}}", set), "$A $ {A} $(A) {A} }one}");
}

TEST(substitute, default_stands_in_for_what_is_not_set_or_empty) {
  const std::map<std::string, std::string> set{{"A", "one"}, {"EMPTY", ""}};
  EXPECT_EQ(replaced("${A:-other}", set), "one");
  EXPECT_EQ(replaced("${NONE:-other: { value }", set), "other: { value ");
  EXPECT_EQ(replaced("${EMPTY:-other}", set), "other");
  EXPECT_EQ(replaced("<${NONE:-}>", set), "<>");
  EXPECT_EQ(replaced("${NONE:-a:-b}", set), "a:-b");
}

TEST(substitute, two_dollars_write_the_sign_itself) {
  const std::map<std::string, std::string> set{{"A", "one"}};
  EXPECT_EQ(replaced("$${A}", set), "${A}");
  EXPECT_EQ(replaced("$$${A}", set), "$${A}");
  EXPECT_EQ(replaced("$${${A}", set), "${one");
  EXPECT_EQ(replaced("$$ $$A $", set), "$$ $$A $");
}

/// As whoever writes any text into a configuration does it.
TEST(substitute, text_whose_signs_are_all_doubled_comes_back_whole) {
  for (const std::string& text : std::vector<std::string>{"${A}", "$${A}", "$$$${", "a${b$${c}${", "$", "${${${A}}}", "{$}{$}${}"}) {
    std::string written;
    for (std::size_t at = 0; at < text.size(); ++at) written += (text.substr(at, 2) == "${" ? "$" : "") + text.substr(at, 1);
    EXPECT_EQ(replaced(written, {{"A", "one"}}), text);
  }
}

TEST(substitute, what_is_put_in_is_not_looked_at_again) {
  const std::map<std::string, std::string> set{{"A", "${B}"}, {"B", "two"}, {"C", "$"}};
  EXPECT_EQ(replaced("${A}", set), "${B}");
  EXPECT_EQ(replaced("${C}{B}", set), "${B}");
  EXPECT_EQ(replaced("${C}${B}", set), "$two");
}

TEST(substitute, line_end_at_the_end_of_a_variable_is_taken_off) {
  EXPECT_EQ(replaced("<${A}>", {{"A", "secret\n"}}), "<secret>");
  EXPECT_EQ(replaced("<${A}>", {{"A", "secret\r\n"}}), "<secret>");
  EXPECT_EQ(replaced("<${A}>", {{"A", "a\nb\n\n"}}), "<a\nb\n>");
}

TEST(substitute, unset_variable_is_named_at_its_value) {
  EXPECT_EQ(replaced("x ${NONE}", {}),
            "f:2:6: a.b: the environment variable NONE is not set, expected a value, or a default as in ${NONE:-default}");
}

TEST(substitute, wrong_form_is_told_and_not_shown) {
  EXPECT_EQ(replaced("${A", {{"A", "one"}}), "f:2:6: a.b: `${` has no `}`" + forms);
  for (const char* value : {"${}", "${1A}", "${A-b}", "${A:?b}", "${ A }", "${hunter 2}", "${A:-${B}}", "${:-x}", "${$A}", "${A${B}}"})
    EXPECT_EQ(replaced(value, {{"A", "one"}, {"B", "two"}}), "f:2:6: a.b: `${` begins no variable" + forms) << value;
}

TEST(substitute, variable_that_is_no_text_is_told_without_its_value) {
  EXPECT_EQ(replaced("${A}", {{"A", "s3cret\xFF"}}), "f:2:6: a.b: the environment variable A is not UTF-8, expected a text");
}

TEST(substitute, size_is_capped) {
  const std::map<std::string, std::string> set{{"A", std::string(1 << 20, 'x')}};
  EXPECT_EQ(replaced("${A}${A}${A}${A}", set).size(), 4u << 20);
  EXPECT_EQ(replaced("${A}${A}${A}${A}.", set), "f:2:6: a.b: is larger than 4MiB with what variables put into the file, expected less");
}

/// Variables of this process, which `load` reads.
class substituted_configuration : public testing::Test {
 protected:
  ~substituted_configuration() override {
    for (const std::string& name : set_) unsetenv(name.c_str());
  }

  void set(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    set_.push_back(name);
  }

 private:
  std::vector<std::string> set_;
};

TEST_F(substituted_configuration, values_are_read_as_if_they_were_written_there) {
  set("LR_TEST_THREADS", "4");
  set("LR_TEST_MEMORY", "64MiB");
  set("LR_TEST_GRACE", "5s");
  set("LR_TEST_BOOL", "false");
  set("LR_TEST_TEXT", "Firm");
  const auto read = load(kafka_part + topics_part +
                         "accounts:\n"
                         "  a:\n"
                         "    provider: perch\n"
                         "    credential: { env: KEY }\n"
                         "    merging: ${LR_TEST_BOOL}\n"
                         "    limits: [ { requests: \"${LR_TEST_THREADS}\", per: 1h } ]\n"
                         "    defaults: { resourceType: \"${LR_TEST_TEXT}\" }\n"
                         "threads: ${LR_TEST_THREADS}\n"
                         "memory: ${LR_TEST_MEMORY}\n"
                         "grace: ${LR_TEST_GRACE}\n"
                         "log: { level: \"${LR_TEST_NONE:-debug}\" }\n");
  EXPECT_THAT(read.issues, IsEmpty());
  ASSERT_TRUE(read.value);
  EXPECT_EQ(read.value->threads, 4);
  EXPECT_EQ(read.value->memory, 64u << 20);
  EXPECT_EQ(read.value->grace, std::chrono::seconds{5});
  EXPECT_EQ(read.value->log.level, "debug");
  EXPECT_FALSE(read.value->accounts.at(0).merging);
  EXPECT_EQ(read.value->accounts.at(0).limits.at(0).requests, 4);
}

TEST_F(substituted_configuration, plain_default_of_a_field_is_a_number_and_one_in_quotes_a_text) {
  set("LR_TEST_NUMBER", "12");
  yaml::issues issues;
  const std::string file = "f";
  const auto root = yaml::parse("a: ${LR_TEST_NUMBER}\nb: \"${LR_TEST_NUMBER}\"\n", file, issues);
  ASSERT_TRUE(root);
  substitute(*root, file, of_process(), issues);
  const yaml::reader at(*root, "", file, issues);
  EXPECT_TRUE(is_plain(*at.get("a")));
  EXPECT_FALSE(is_plain(*at.get("b")));
  EXPECT_TRUE(is_substituted(*at.get("a")) && is_substituted(*at.get("b")));
}

TEST_F(substituted_configuration, value_never_changes_the_structure) {
  for (const char* value : {"x\nthreads: 9", "x }\nthreads: 9\n#", "{ a: b }", "[a, b]", "*anchor", "&a b", "!tag x", "# comment", "x: y",
                            "- x", "'", "\"", "| \n  x", "---\nthreads: 9", "<<: *a"}) {
    set("LR_TEST_VALUE", value);
    const auto read = load("kafka:\n  bootstrap.servers: b\n  group.id: g\n  client.id: ${LR_TEST_VALUE}\n" + topics_part + accounts_part);
    EXPECT_THAT(read.issues, IsEmpty()) << value;
    ASSERT_TRUE(read.value) << value;
    EXPECT_EQ(read.value->threads, 1) << value;
    EXPECT_THAT(read.value->kafka, ElementsAre(Pair("bootstrap.servers", "b"), Pair("group.id", "g"), Pair("client.id", value)));
  }
}

TEST_F(substituted_configuration, keys_and_comments_are_left_as_they_are) {
  set("LR_TEST_KEY", "threads");
  const auto read = load(whole("# ${LR_TEST_NONE}\n${LR_TEST_KEY}: 2\n"));
  EXPECT_THAT(read.issues, ElementsAre(HasSubstr("5:1: ${LR_TEST_KEY}: unknown key")));
}

TEST_F(substituted_configuration, alias_is_what_its_anchor_became_once) {
  set("LR_TEST_A", "${LR_TEST_B}");
  set("LR_TEST_B", "two");
  const auto read = load("kafka:\n  bootstrap.servers: b\n  group.id: g\n  client.id: &x ${LR_TEST_A}\n  client.rack: *x\n" + topics_part +
                         accounts_part);
  ASSERT_TRUE(read.value) << testing::PrintToString(read.issues);
  EXPECT_EQ(read.value->kafka.at(2).second, "${LR_TEST_B}");
  EXPECT_EQ(read.value->kafka.at(3).second, "${LR_TEST_B}");
}

TEST_F(substituted_configuration, unset_variable_is_told_once_at_its_place) {
  const auto read = load(whole("threads: ${LR_TEST_NONE}\n"));
  EXPECT_THAT(read.issues,
              ElementsAre("4:10: threads: the environment variable LR_TEST_NONE is not set, expected a value, or a default as in "
                          "${LR_TEST_NONE:-default}"));
}

TEST_F(substituted_configuration, variable_that_braces_cut_is_told_to_stand_in_quotes) {
  const auto read = load(kafka_part + topics_part + "accounts: { a: { provider: perch, credential: ${KEY} } }\n");
  EXPECT_THAT(read.issues, ElementsAre(testing::AllOf(HasSubstr("3:"), HasSubstr("not YAML"),
                                                      HasSubstr("; within { } and [ ] a ${NAME} stands in quotes"))));
}

TEST_F(substituted_configuration, credential_is_taken_without_the_warning_and_never_told) {
  set("LR_TEST_SECRET", "s3cret");
  const auto read = load(with_account("    credential: ${LR_TEST_SECRET}\n", "perch", false));
  EXPECT_THAT(read.issues, IsEmpty());
  ASSERT_TRUE(read.value);
  EXPECT_EQ(read.value->accounts.at(0).credential.from, credential_source::kind::literal);
  EXPECT_EQ(read.value->accounts.at(0).credential.text, "s3cret");
  set("LR_TEST_SECRET", " s3cret");
  const auto spaced = load(with_account("    credential: ${LR_TEST_SECRET}\n", "perch", false));
  ASSERT_TRUE(spaced.value);
  yaml::issues issues;
  check_credentials(*spaced.value, issues);
  ASSERT_EQ(issues.all().size(), 1u);
  EXPECT_THAT(issues.all()[0].text(), Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace leadrelay::config
