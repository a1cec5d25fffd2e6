#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_support.hpp"

// The topics of parked changes, each of which is one account's alone.
namespace leadrelay::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string text(const std::string& topics, const std::vector<std::string>& accounts) {
  std::string out = kafka_part + "topics: { " + topics + " }\naccounts:\n";
  for (const std::string& each : accounts) out += "  " + each + ": { provider: perch, credential: { env: KEY } }\n";
  return out;
}

/// The issue of the account that stands on that line.
std::string taken(int line, const std::string& account, const std::string& name, const std::string& whose) {
  return std::to_string(line) + ":3: accounts." + account + ": its topic for parked changes, " + name + ", is that of " + whose +
         " but for `.` and `_`; expected another name";
}

TEST(parked_topics, two_accounts_have_two) {
  const std::string one = "lead_changes: [t], dead_letters: d";
  EXPECT_THAT(load(text(one, {"a.b", "a-b", "ab", "A.b"})).issues, IsEmpty());
  EXPECT_THAT(load(text(one, {"a.b", "a_b"})).issues, ElementsAre(taken(5, "a_b", "g.parked.a_b", "accounts.a.b")));
}

TEST(parked_topics, accounts_and_topics_together_make_no_name_twice) {
  const std::string two = "lead_changes: [t, b.t], dead_letters: d";
  EXPECT_THAT(load(text(two, {"a", "a-b"})).issues, IsEmpty());
  EXPECT_THAT(load(text(two, {"a", "a.b"})).issues, ElementsAre(taken(5, "a.b", "g.parked.a.b.t", "accounts.a")));
  EXPECT_THAT(load(text(two, {"a.b", "a"})).issues, ElementsAre(taken(5, "a", "g.parked.a.b.t", "accounts.a.b")));
}

TEST(parked_topics, none_is_another_topic_of_the_worker) {
  EXPECT_THAT(load(text("lead_changes: [g.parked.a], dead_letters: d", {"a"})).issues,
              ElementsAre(taken(4, "a", "g.parked.a", "topics.lead_changes")));
  EXPECT_THAT(load(text("lead_changes: [t], dead_letters: g.parked_a", {"a"})).issues,
              ElementsAre(taken(4, "a", "g.parked.a", "topics.dead_letters")));
  EXPECT_THAT(load(text("lead_changes: [t], dead_letters: d, results: g_parked_a", {"a"})).issues,
              ElementsAre(taken(4, "a", "g.parked.a", "topics.results")));
  EXPECT_THAT(load(text("lead_changes: [t, g.parked.a], dead_letters: d, results: g.parked.b", {"a", "b"})).issues, IsEmpty())
      << "where several are read, each name has the topic's too";
}

}  // namespace
}  // namespace leadrelay::config
