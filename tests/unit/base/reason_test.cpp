#include "base/reason.hpp"

#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

namespace leadrelay {
namespace {

TEST(reason, every_reason_has_a_word_of_its_own_that_leads_back) {
  std::set<std::string_view> words;
  for (int index = 0; index < reason_count; ++index) {
    const auto value = static_cast<reason>(index);
    words.insert(to_string(value));
    EXPECT_EQ(reason_from(to_string(value)), value);
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(reason_count));
}

TEST(reason, words_are_the_contracts) {
  EXPECT_EQ(to_string(reason::undecodable), "undecodable");
  EXPECT_EQ(to_string(reason::outcome_unknown), "outcome_unknown");
  EXPECT_EQ(to_string(reason::too_large), "too_large");
}

TEST(reason, unknown_words_are_none) {
  for (const char* word : {"", "Undecodable", "undecodable ", "lost"}) EXPECT_EQ(reason_from(word), std::nullopt) << word;
}

TEST(reason, value_of_a_problem_throws_its_text) {
  const outcome<int> bad = problem{reason::conflict, "twice"};
  try {
    (void)bad.value();
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "conflict: twice");
  }
}

}  // namespace
}  // namespace leadrelay
