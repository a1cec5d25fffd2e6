#include "dead_letters/letter.hpp"

#include <gmock/gmock.h>

#include "unit/dead_letters/letters.hpp"

namespace leadrelay::dead_letters {
namespace {

TEST(read_letter, tells_what_the_headers_say) {
  const auto record = record_of(with(with(good_headers(), "leadrelay.replays", "2"), "leadrelay.truncated", "1000"));
  const letter says = read_letter(record);
  EXPECT_EQ(says.reason, reason::rejected);
  EXPECT_EQ(says.account, "acme");
  ASSERT_TRUE(says.source);
  EXPECT_EQ(to_string(*says.source), "changes/3/42");
  EXPECT_EQ(says.replays, 2);
  EXPECT_EQ(says.truncated, 1000u);
  EXPECT_EQ(says.age(), 42);
}

TEST(read_letter, what_is_malformed_is_absent) {
  for (const char* name : {"leadrelay.partition", "leadrelay.offset", "leadrelay.replays", "leadrelay.truncated"}) {
    for (const char* value : {"", "-1", "1x", " 1", "99999999999999999999", "0x1", "\xff"}) {
      const auto record = record_of(with(good_headers(), name, value));
      const letter says = read_letter(record);
      EXPECT_FALSE(says.truncated) << name << value;
      EXPECT_EQ(says.replays, 0) << name << value;
      EXPECT_EQ(says.source.has_value(), std::string(name) != "leadrelay.partition" && std::string(name) != "leadrelay.offset")
          << name << value;
    }
  }
  const auto record = record_of(with(good_headers(), "leadrelay.reason", "unlucky"));
  EXPECT_FALSE(read_letter(record).reason);
}

TEST(read_letter, a_replayed_change_is_as_old_as_where_it_first_lay_in_the_same_log) {
  const auto same = record_of(with(good_headers(), "leadrelay.replayed_from", "changes/3/5"));
  EXPECT_EQ(read_letter(same).age(), 5);
  for (const char* other : {"changes/2/5", "others/3/5", "changes/3", "changes/3/x", "/3/5"}) {
    const auto record = record_of(with(good_headers(), "leadrelay.replayed_from", other));
    EXPECT_EQ(read_letter(record).age(), 42) << other;
  }
}

TEST(parse_source_place, takes_back_what_to_string_gives_and_nothing_else) {
  const auto place = parse_source_place("a/b/0/9223372036854775807");  // a topic has no slash, and one that had could still be told
  ASSERT_TRUE(place);
  EXPECT_EQ(place->topic, "a/b");
  for (const char* wrong : {"", "/", "//", "a/1", "a//1", "a/1/", "a/1/-1", "a/2147483648/1", "a/1/1 "})
    EXPECT_FALSE(parse_source_place(wrong)) << wrong;
}

TEST(read_lead, knows_the_lead_by_all_its_identifiers_and_shows_no_address) {
  const auto lead = read_lead(record_of({}), 1 << 20);
  ASSERT_TRUE(lead);
  EXPECT_TRUE(lead->is("l1"));
  EXPECT_TRUE(lead->is("a@b.c"));
  EXPECT_FALSE(lead->is(""));
  EXPECT_EQ(lead->shown(), "l1");
  const auto by_mail = read_lead(record_of({}, R"({"id":"e","account":"a","lead":{"email":"a@b.c"},"changes":{"status":"x"}})"), 1 << 20);
  EXPECT_EQ(by_mail->shown(), "(by e-mail)");
}

TEST(read_lead, what_is_no_event_or_too_large_has_none) {
  EXPECT_FALSE(read_lead(record_of({}, "{"), 1 << 20));
  EXPECT_FALSE(read_lead(record_of({}, "{}"), 1 << 20));
  EXPECT_FALSE(read_lead(record_of({}), 10));
}

}  // namespace
}  // namespace leadrelay::dead_letters
