#include "dead_letters/letter_places.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace leadrelay::dead_letters {
namespace {

constexpr std::int64_t noon = 1'795'255'200'000;

letter letter_at(std::int64_t offset, std::int64_t written_ms, reason why = reason::rejected) {
  letter out;
  out.reason = why;
  out.source = source_place{"changes", 0, offset};
  out.written_ms = written_ms;
  return out;
}

TEST(letter_places, a_change_with_a_letter_is_dead_unless_it_may_have_been_applied) {
  letter_places places;
  places.note(letter_at(5, noon));
  places.note(letter_at(6, noon, reason::outcome_unknown));
  EXPECT_TRUE(places.see(5, noon));
  EXPECT_FALSE(places.see(6, noon));
  EXPECT_FALSE(places.see(7, noon));
  for (const std::int64_t offset : {5, 6, 7}) EXPECT_FALSE(places.is_strange(offset)) << offset;
}

TEST(letter_places, another_change_at_the_place_is_alive_and_strange) {
  letter_places places;
  places.note(letter_at(5, noon));
  EXPECT_FALSE(places.is_strange(5));
  EXPECT_FALSE(places.see(5, noon + 1));
  EXPECT_TRUE(places.is_strange(5));
}

TEST(letter_places, letters_of_two_changes_at_one_place_say_nothing_of_it) {
  letter_places places;
  places.note(letter_at(5, noon));
  places.note(letter_at(5, noon + 1));
  EXPECT_FALSE(places.see(5, noon));
  EXPECT_TRUE(places.is_strange(5));
}

TEST(letter_places, of_two_letters_of_one_change_the_one_that_may_have_been_applied_counts) {
  letter_places places;
  places.note(letter_at(5, noon, reason::outcome_unknown));
  places.note(letter_at(5, noon));
  EXPECT_FALSE(places.see(5, noon));
  EXPECT_FALSE(places.is_strange(5));
}

TEST(letter_places, a_letter_that_tells_no_time_fits_whatever_lies_there) {
  letter_places places;
  places.note(letter_at(5, -1));
  EXPECT_TRUE(places.see(5, noon));
  EXPECT_TRUE(places.see(5, -1));
  EXPECT_FALSE(places.is_strange(5));
}

TEST(letter_places, a_time_that_no_header_can_tell_is_the_last_that_one_can) {
  constexpr std::int64_t last_ms = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z
  letter_places places;
  places.note(letter_at(5, last_ms));
  EXPECT_TRUE(places.see(5, std::numeric_limits<std::int64_t>::max()));
  EXPECT_FALSE(places.is_strange(5));
}

TEST(letter_places, a_change_is_taken_once_and_another_at_its_place_too) {
  letter_places places;
  EXPECT_TRUE(places.take(letter_at(5, noon)));
  EXPECT_FALSE(places.take(letter_at(5, noon)));
  EXPECT_TRUE(places.take(letter_at(6, noon)));
  EXPECT_TRUE(places.take(letter_at(5, noon + 1)));
  EXPECT_TRUE(places.take(letter_at(7, -1)));
  EXPECT_FALSE(places.take(letter_at(7, -1)));
}

}  // namespace
}  // namespace leadrelay::dead_letters
