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
