#include "dead_letters/newer_changes.hpp"

#include <gmock/gmock.h>

namespace leadrelay::dead_letters {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

lead_name lead(const std::string& id, const std::string& email = "", const std::string& account = "acme") {
  return {account, "e", id, email, ""};
}

TEST(newer_changes, a_later_change_of_the_lead_in_the_same_log_is_newer) {
  newer_changes looks;
  looks.watch(0, 10, marks_of(lead("a"), "k"));
  looks.watch(0, 10, marks_of(lead("b"), "k"));
  looks.watch(1, 10, marks_of(lead("a"), "k"));
  looks.watch(0, 30, marks_of(lead("a"), "k"));
  looks.all_are_watched();
  looks.see(0, 20, 20, all_marks_of(lead("a"), "k"));
  EXPECT_EQ(looks.newer_than(0), 20);
  EXPECT_FALSE(looks.newer_than(1));  // another lead, though of the same key
  EXPECT_FALSE(looks.newer_than(2));  // another log
  EXPECT_FALSE(looks.newer_than(3));  // older
}

TEST(newer_changes, the_change_itself_and_its_copies_are_not_newer) {
  newer_changes looks;
  looks.watch(0, 10, marks_of(lead("a"), {}));
  looks.all_are_watched();
  looks.see(0, 10, 10, all_marks_of(lead("a"), {}));
  looks.see(0, 50, 10, all_marks_of(lead("a"), {}));
  looks.see(0, 60, 9, all_marks_of(lead("a"), {}));
  EXPECT_FALSE(looks.newer_than(0));
  looks.see(0, 70, 11, all_marks_of(lead("a"), {}));
  EXPECT_EQ(looks.newer_than(0), 70);
}

TEST(newer_changes, one_identifier_of_the_same_account_makes_the_lead) {
  newer_changes looks;
  looks.watch(0, 1, marks_of(lead("a", "a@b.c"), {}));
  looks.watch(0, 1, marks_of(lead("", "other@b.c"), {}));
  looks.all_are_watched();
  looks.see(0, 2, 2, all_marks_of(lead("", "a@b.c", "another"), {}));
  looks.see(0, 3, 3, all_marks_of(lead("a@b.c"), {}));  // an id that reads like the address is none
  EXPECT_FALSE(looks.newer_than(0));
  looks.see(0, 4, 4, all_marks_of(lead("z", "a@b.c"), {}));
  EXPECT_EQ(looks.newer_than(0), 4);
  EXPECT_FALSE(looks.newer_than(1));
}

TEST(newer_changes, a_letter_that_cannot_be_read_is_known_by_its_key) {
  EXPECT_THAT(marks_of(std::nullopt, std::nullopt), IsEmpty());
  newer_changes looks;
  looks.watch(0, 1, marks_of(std::nullopt, "k"));
  looks.watch(0, 1, marks_of(std::nullopt, std::nullopt));
  looks.all_are_watched();
  looks.see(0, 2, 2, all_marks_of(lead("a"), "k"));
  EXPECT_EQ(looks.newer_than(0), 2);
  EXPECT_FALSE(looks.newer_than(1));
}

TEST(newer_changes, the_newest_change_counts_in_whichever_order_they_are_seen) {
  newer_changes looks;
  looks.watch(0, 10, marks_of(lead("a"), {}));
  looks.watch(0, 40, marks_of(lead("a"), {}));
  looks.all_are_watched();
  looks.see(0, 60, 30, all_marks_of(lead("a"), {}));
  looks.see(0, 70, 20, all_marks_of(lead("a"), {}));
  EXPECT_EQ(looks.newer_than(0), 60);
  EXPECT_FALSE(looks.newer_than(1));
}

/// Undecodable records that share a key, as a producer's empty one: the time is a minute where each change walks over all letters.
TEST(newer_changes, many_letters_and_changes_of_one_key_take_no_product_of_both) {
  constexpr std::int64_t many = 100'000;
  newer_changes looks;
  const lead_marks marks = marks_of(std::nullopt, "k");
  for (std::int64_t age = 0; age < many; ++age) looks.watch(0, age, marks);
  looks.all_are_watched();
  for (std::int64_t offset = 0; offset < many; ++offset) looks.see(0, many + offset, offset, marks);
  EXPECT_EQ(looks.newer_than(0), 2 * many - 1);
  EXPECT_FALSE(looks.newer_than(many - 1));
}

TEST(newer_changes, passes_put_the_changes_of_a_lead_in_the_order_of_their_age) {
  newer_changes looks;
  looks.watch(0, 30, marks_of(lead("a"), {}));
  looks.watch(0, 20, marks_of(lead("a"), {}));
  looks.watch(0, 10, marks_of(lead("a"), {}));
  looks.watch(0, 40, marks_of(lead("a"), {}));
  looks.watch(0, 5, marks_of(lead("b"), {}));
  looks.all_are_watched();
  EXPECT_THAT(looks.passes(9), ElementsAre(2, 1, 0, 2, 0));
  EXPECT_THAT(looks.passes(1), ElementsAre(1, 1, 0, 1, 0));
  EXPECT_THAT(newer_changes().passes(9), IsEmpty());
}

}  // namespace
}  // namespace leadrelay::dead_letters
