#include "dead_letters/groups.hpp"

#include <gmock/gmock.h>

#include "unit/dead_letters/letters.hpp"

namespace leadrelay::dead_letters {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

void add(groups& to, const header_texts& headers, std::int64_t time_ms, bool replayed = false) {
  const auto record = record_of(headers, good_event, time_ms);
  to.add(read_letter_record(record, 1 << 20), replayed);
}

TEST(groups, count_by_reason_and_account_the_largest_first) {
  groups counted;
  add(counted, with(good_headers(), "leadrelay.reason", "not_found"), 5);
  add(counted, good_headers(), 30, true);
  add(counted, good_headers(), 10);
  add(counted, good_headers(), 20);
  const auto sorted = counted.sorted();
  ASSERT_THAT(sorted, SizeIs(2));
  EXPECT_EQ(sorted[0].reason, "rejected");
  EXPECT_EQ(sorted[0].count, 3u);
  EXPECT_EQ(sorted[0].replayed, 1u);
  EXPECT_EQ(sorted[0].first_ms, 10);
  EXPECT_EQ(sorted[0].last_ms, 30);
  EXPECT_EQ(counted.count(), 4u);
  EXPECT_EQ(counted.replayed(), 1u);
}

TEST(groups, more_accounts_than_fit_are_one) {
  groups counted(2);
  for (int number = 0; number < 100; ++number) add(counted, with(good_headers(), "leadrelay.account", "a" + std::to_string(number)), 1);
  const auto sorted = counted.sorted();
  ASSERT_THAT(sorted, SizeIs(3));
  EXPECT_EQ(sorted[0].account, "(others)");
  EXPECT_EQ(sorted[0].count, 98u);
}

TEST(groups, a_record_that_is_no_dead_letter_has_no_reason) {
  groups counted;
  add(counted, {}, 1);
  EXPECT_THAT(counted.sorted(), ElementsAre(Field(&group::reason, "")));
}

TEST(summarize, shows_no_address_and_no_control_character) {
  const std::string event = R"({"id":"e\u001b[2J","account":"acme","lead":{"email":"a@b.c"},"changes":{"status":"won"}})";
  const auto record = record_of(with(good_headers(), "leadrelay.account", "ac\nme"), event);
  const summary made = summarize(read_letter_record(record, 1 << 20), true);
  EXPECT_EQ(made.lead, "(by e-mail)");
  EXPECT_EQ(made.account, "ac\\x0Ame");
  EXPECT_EQ(made.event_id, "e\\x1B[2J");
  EXPECT_EQ(made.source_offset, 42);
  EXPECT_TRUE(made.replayed);
}

summary one_of(std::int64_t offset, std::int64_t time_ms) {
  summary out;
  out.partition = 0;
  out.offset = offset;
  out.time_ms = time_ms;
  return out;
}

TEST(newest, keeps_the_newest_the_newest_first) {
  newest kept(2);
  for (const std::int64_t time : {3, 1, 4, 2}) kept.add(one_of(time, time));
  EXPECT_FALSE(kept.takes(2));
  EXPECT_TRUE(kept.takes(5));
  EXPECT_THAT(kept.take(), ElementsAre(Field(&summary::time_ms, 4), Field(&summary::time_ms, 3)));
  for (const std::int64_t offset : {10, 11, 12, 13}) kept.add(one_of(offset, 5));
  EXPECT_THAT(kept.take(), ElementsAre(Field(&summary::offset, 13), Field(&summary::offset, 12))) << "of one time";
  newest none(0);
  none.add(one_of(1, 1));
  EXPECT_FALSE(none.takes(1));
  EXPECT_THAT(none.take(), IsEmpty());
}

}  // namespace
}  // namespace leadrelay::dead_letters
