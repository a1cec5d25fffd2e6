#include "dead_letters/replayed_record.hpp"

#include <gmock/gmock.h>

#include "sink/dead_letter.hpp"
#include "unit/dead_letters/letters.hpp"

namespace leadrelay::dead_letters {
namespace {

std::map<std::string, std::string> headers_of(const kafka::moved_record& from) {
  std::map<std::string, std::string> out;
  for (const auto& each : from.headers) out[each.name] = each.value.value_or("(none)");
  return out;
}

TEST(make_replayed_record, is_the_original_with_a_count_and_its_first_place) {
  const auto record = record_of(good_headers());
  const auto made = make_replayed_record(record, read_letter(record), 4);
  EXPECT_EQ(made.topic, 4u);
  EXPECT_EQ(made.partition, 3);
  EXPECT_EQ(made.key, "key");
  EXPECT_EQ(made.value, good_event);
  EXPECT_THAT(headers_of(made), testing::ElementsAre(testing::Pair("leadrelay.replayed_from", "changes/3/42"),
                                                     testing::Pair("leadrelay.replays", "1"), testing::Pair("traceparent", "00")));
}

TEST(make_replayed_record, a_second_replay_counts_on_and_keeps_the_first_place) {
  auto headers = with(with(good_headers(), "leadrelay.replays", "1"), "leadrelay.replayed_from", "changes/3/5");
  const auto record = record_of(headers);
  const auto made = make_replayed_record(record, read_letter(record), 0);
  EXPECT_EQ(headers_of(made)["leadrelay.replays"], "2");
  EXPECT_EQ(headers_of(made)["leadrelay.replayed_from"], "changes/3/5");
  EXPECT_EQ(made.headers.size(), 3u);
}

TEST(make_replayed_record, a_count_that_is_the_largest_number_stays) {
  const auto record = record_of(with(good_headers(), "leadrelay.replays", "9223372036854775807"));
  EXPECT_EQ(headers_of(make_replayed_record(record, read_letter(record), 0))["leadrelay.replays"], "9223372036854775807");
}

TEST(make_replayed_record, headers_that_stand_twice_and_bytes_that_are_no_text_stay_as_they_are) {
  std::vector<events::header> headers{{"a", "1"}, {"b", std::nullopt}, {"a", std::string_view("\0\xff", 2)}, {"a", ""}};
  const header_texts context{
      {"leadrelay.reason", "rejected"}, {"leadrelay.topic", "changes"}, {"leadrelay.partition", "3"}, {"leadrelay.offset", "42"}};
  for (const auto& [name, text] : context) headers.push_back({name, text});
  const events::record record = events::copy_record("key", good_event, headers);
  const auto made = make_replayed_record(record, read_letter(record), 0);
  ASSERT_EQ(made.headers.size(), 6u);
  EXPECT_EQ(made.headers[0].value, "1");
  EXPECT_EQ(made.headers[1].value, std::nullopt);
  EXPECT_EQ(made.headers[2].value, std::string("\0\xff", 2));
  EXPECT_EQ(made.headers[3].value, "");
  for (const std::size_t at : {0u, 2u, 3u}) EXPECT_EQ(made.headers[at].name, "a");
}

TEST(make_replayed_record, headers_do_not_pile_up_over_many_deaths) {
  auto record = record_of({{"traceparent", "00"}});
  record.topic = std::make_shared<const std::string>("changes");
  record.partition = 3;
  for (int death = 1; death <= 20; ++death) {
    record.offset = death;
    const auto letter = sink::make_dead_letter(record, {.reason = reason::rejected, .detail = "why", .account = "acme"}, "dead");
    header_texts headers;
    for (const auto& each : letter.headers) headers.emplace_back(each.name, each.value.value_or(""));
    const auto dead = record_of(headers);
    const auto made = make_replayed_record(dead, read_letter(dead), 0);
    EXPECT_THAT(headers_of(made),
                testing::ElementsAre(testing::Pair("leadrelay.replayed_from", "changes/3/1"),
                                     testing::Pair("leadrelay.replays", std::to_string(death)), testing::Pair("traceparent", "00")));
    std::vector<events::header> views;
    for (const auto& each : made.headers) views.push_back({each.name, *each.value});
    record = events::copy_record(*made.key, *made.value, views);
    record.topic = std::make_shared<const std::string>("changes");
    record.partition = 3;
  }
}

TEST(make_replayed_record, absent_stays_absent) {
  auto record = record_of(good_headers());
  record.key.reset();
  record.value.reset();
  const auto made = make_replayed_record(record, read_letter(record), 0);
  EXPECT_FALSE(made.key);
  EXPECT_FALSE(made.value);
}

}  // namespace
}  // namespace leadrelay::dead_letters
