#include "sink/parked_record.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "unit/sink/record_with.hpp"

namespace leadrelay::sink {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using headers = std::vector<std::pair<std::string, std::optional<std::string>>>;
constexpr std::optional<std::string> null;

headers headers_of(const kafka::moved_record& made) {
  headers out;
  for (const kafka::produced_header& each : made.headers) out.emplace_back(each.name, each.value);
  return out;
}

headers headers_of(const events::record& read) {
  headers out;
  for (const events::header& each : read.headers)
    out.emplace_back(std::string(each.name), each.value ? std::optional(std::string(*each.value)) : std::nullopt);
  return out;
}

/// As Kafka gives it back, from another topic and at another time.
events::record read_back(const kafka::moved_record& written) {
  std::vector<events::header> headers;
  for (const kafka::produced_header& each : written.headers) headers.push_back({each.name, each.value});
  events::record out = events::copy_record(written.key, written.value, headers);
  out.topic = std::make_shared<const std::string>("group.parked.acme");
  out.partition = 3;
  out.offset = 7;
  out.timestamp_ms = 1'795'299'999'999;
  return out;
}

const std::vector<events::header> good{{"leadrelay.parked.topic", "t"},
                                       {"leadrelay.parked.partition", "1"},
                                       {"leadrelay.parked.offset", "2"},
                                       {"leadrelay.parked.timestamp_ms", "3"}};

/// The four headers, one of them with another value, or without any.
std::vector<events::header> good_but(std::string_view name, std::optional<std::string_view> value) {
  std::vector<events::header> out = good;
  for (events::header& each : out)
    if (each.name == name) each.value = value;
  return out;
}

TEST(make_parked_record, keeps_key_value_and_headers_and_tells_where_it_came_from) {
  const std::string binary("\0\xff\x80", 3);
  const auto made =
      make_parked_record(record_with({{"trace", "1"}, {"content-type", "application/json"}, {"trace", "2"}}, binary, "v"), 5, 3);
  EXPECT_EQ(made.topic, 5u);
  EXPECT_EQ(made.partition, 3);
  EXPECT_EQ(made.key, binary);
  EXPECT_EQ(made.value, "v");
  EXPECT_EQ(headers_of(made), (headers{{"trace", "1"},
                                       {"content-type", "application/json"},
                                       {"trace", "2"},
                                       {"leadrelay.parked.topic", "lead-changes"},
                                       {"leadrelay.parked.partition", "3"},
                                       {"leadrelay.parked.offset", "42"},
                                       {"leadrelay.parked.timestamp_ms", "1795255200000"}}));
}

TEST(make_parked_record, nothing_stays_nothing_and_empty_stays_empty) {
  const auto none = make_parked_record(record_with({{"h", std::nullopt}, {"e", ""}}, std::nullopt, std::nullopt), 0, 0);
  EXPECT_EQ(none.key, null);
  EXPECT_EQ(none.value, null);
  EXPECT_EQ(none.headers.at(0).value, null);
  EXPECT_EQ(none.headers.at(1).value, "");
  const auto empty = make_parked_record(record_with({}, "", ""), 0, 0);
  EXPECT_EQ(empty.key, "");
  EXPECT_EQ(empty.value, "");
}

TEST(make_parked_record, headers_that_look_like_its_own_are_replaced) {
  const auto made = make_parked_record(record_with({{"leadrelay.parked.topic", "elsewhere"},
                                                    {"LeadRelay.Parked.Offset", "-9"},
                                                    {"leadrelay.parked.", "x"},
                                                    {"leadrelay.parked.more", std::nullopt},
                                                    {"leadrelay.parkedtopic", "stays"},
                                                    {"leadrelay.parked", "stays"},
                                                    {"", "stays"}}),
                                       0, 0);
  EXPECT_EQ(headers_of(made), (headers{{"leadrelay.parkedtopic", "stays"},
                                       {"leadrelay.parked", "stays"},
                                       {"", "stays"},
                                       {"leadrelay.parked.topic", "lead-changes"},
                                       {"leadrelay.parked.partition", "3"},
                                       {"leadrelay.parked.offset", "42"},
                                       {"leadrelay.parked.timestamp_ms", "1795255200000"}}));
}

TEST(take_origin, gives_back_what_was_parked) {
  const std::string binary("\0\xff\x80", 3);
  const auto original = record_with({{"h", std::nullopt}, {"trace", "1"}, {"trace", "2"}}, std::nullopt, binary);
  events::record read = read_back(make_parked_record(original, 0, 3));
  const auto from = take_origin(read);
  ASSERT_TRUE(from);
  EXPECT_EQ(from->topic, "lead-changes");
  EXPECT_EQ(from->partition, 3);
  EXPECT_EQ(from->offset, 42);
  EXPECT_EQ(read.timestamp_ms, original.timestamp_ms);
  EXPECT_EQ(read.key, original.key);
  EXPECT_EQ(read.value, original.value);
  EXPECT_EQ(headers_of(read), headers_of(original));
  EXPECT_EQ(*read.topic, "group.parked.acme") << "its offset there is what is settled";
  EXPECT_EQ(read.offset, 7);
}

TEST(take_origin, a_time_that_the_broker_has_not_told_stays_so) {
  events::record original = record_with({});
  original.timestamp_ms = -1;
  events::record read = read_back(make_parked_record(original, 0, 0));
  ASSERT_TRUE(take_origin(read));
  EXPECT_EQ(read.timestamp_ms, -1);
}

TEST(take_origin, the_last_of_several_headers_counts_and_all_go) {
  std::vector<events::header> twice = good;
  twice.insert(twice.begin(), {"leadrelay.parked.offset", "99"});
  twice.push_back({"LEADRELAY.PARKED.X", "y"});
  events::record read = record_with(twice);
  const auto from = take_origin(read);
  ASSERT_TRUE(from);
  EXPECT_EQ(from->offset, 2);
  EXPECT_THAT(read.headers, IsEmpty());
}

TEST(take_origin, a_record_that_no_worker_has_parked_stays_as_it_is) {
  std::vector<std::vector<events::header>> foreign{{}, {{"leadrelay.topic", "t"}, {"leadrelay.offset", "2"}}};
  for (const events::header& each : good) {
    foreign.push_back(good_but(each.name, std::nullopt));
    foreign.push_back(good_but(each.name, ""));
    foreign.push_back(good);
    std::erase_if(foreign.back(), [&](const events::header& one) { return one.name == each.name; });
  }
  for (const std::string_view name : {"leadrelay.parked.partition", "leadrelay.parked.offset", "leadrelay.parked.timestamp_ms"})
    for (const char* damaged : {"x", "1x", " 1", "1 ", "+1", "0x1", "1.0", "99999999999999999999"})
      foreign.push_back(good_but(name, damaged));
  foreign.push_back(good_but("leadrelay.parked.partition", "4294967296"));
  for (const auto& each : foreign) {
    events::record read = record_with(each);
    EXPECT_FALSE(take_origin(read)) << testing::PrintToString(headers_of(read));
    EXPECT_EQ(read.timestamp_ms, 1'795'255'200'000);
    EXPECT_EQ(read.headers.size(), each.size());
  }
}

}  // namespace
}  // namespace leadrelay::sink
