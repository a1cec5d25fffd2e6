#include "base/date_time.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace leadrelay {
namespace {

using namespace std::chrono_literals;

constexpr const char* nov_1994 = "1994-11-06T08:49:37.000Z";

std::string utc(std::string_view text) {
  const auto time = parse_date_time(text);
  return time ? format_date_time(*time) : "none";
}

std::string http(std::string_view text) {
  const auto time = parse_http_date(text);
  return time ? format_date_time(*time) : "none";
}

TEST(parse_date_time, rfc_3339_is_understood) {
  EXPECT_EQ(utc("2026-11-21T10:00:00Z"), "2026-11-21T10:00:00.000Z");
  EXPECT_EQ(utc("2026-11-21t10:00:00z"), "2026-11-21T10:00:00.000Z");
  EXPECT_EQ(utc("2026-11-21T10:00:00.1Z"), "2026-11-21T10:00:00.100Z");
  EXPECT_EQ(utc("2026-11-21T10:00:00.123999999999999999999Z"), "2026-11-21T10:00:00.123Z");
  EXPECT_EQ(utc("2026-11-21T00:30:00+01:00"), "2026-11-20T23:30:00.000Z");
  EXPECT_EQ(utc("2026-12-31T23:30:00-23:59"), "2027-01-01T23:29:00.000Z");
  EXPECT_EQ(utc("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000Z");
  EXPECT_EQ(utc("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(utc("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00.000Z");
}

TEST(parse_date_time, near_forms_of_iso_8601_are_understood) {
  EXPECT_EQ(utc("2026-11-21 10:00:00Z"), "2026-11-21T10:00:00.000Z");
  EXPECT_EQ(utc("2026-11-21T10:00Z"), "2026-11-21T10:00:00.000Z");
  EXPECT_EQ(utc("2026-11-21T10:00:00+0100"), "2026-11-21T09:00:00.000Z");
}

TEST(parse_date_time, all_else_is_none) {
  for (const char* text : {"",
                           "2026",
                           "2026-11-21",
                           "2026-11-21T",
                           "2026-11-21T10",
                           "2026-11-21T10:00:00",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:61Z",
                           "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00+24:00",
                           "2026-01-01T00:00:00+00:60",
                           "2026-01-01T00:00:00+1",
                           "2026-01-01T00:00:00Z ",
                           " 2026-01-01T00:00:00Z",
                           "2026-1-1T00:00:00Z",
                           "-026-01-01T00:00:00Z",
                           "2026-01-01T00:00:00ZZ",
                           "２026-01-01T00:00:00Z",
                           "2026-01-01X00:00:00Z",
                           "20260101T000000Z"})
    EXPECT_EQ(utc(text), "none") << text;
}

TEST(is_date, takes_days_that_exist) {
  EXPECT_TRUE(is_date("1987-07-13"));
  EXPECT_TRUE(is_date("2000-02-29"));
  for (const char* text :
       {"", "1900-02-29", "1987-7-13", "1987-07-32", "1987-07-13T", "13.07.1987", "1987/07/13", "1987-07-1", " 1987-07-13"})
    EXPECT_FALSE(is_date(text)) << text;
}

TEST(format_date_time, writes_milliseconds_also_before_the_epoch) {
  EXPECT_EQ(format_date_time(wall_time{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_date_time(wall_time{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(format_date_time, times_beyond_four_digit_years_become_the_first_or_last) {
  const auto least = std::numeric_limits<std::int64_t>::min();
  const auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(format_date_time(wall_time{std::chrono::milliseconds{least}}), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(format_date_time(wall_time{std::chrono::milliseconds{most}}), "9999-12-31T23:59:59.999Z");
}

TEST(parse_http_date, all_three_forms_are_understood) {
  EXPECT_EQ(http("Sun, 06 Nov 1994 08:49:37 GMT"), nov_1994);
  EXPECT_EQ(http("Sunday, 06-Nov-94 08:49:37 GMT"), nov_1994);
  EXPECT_EQ(http("Sun Nov  6 08:49:37 1994"), nov_1994);
  EXPECT_EQ(http("Wed Nov 16 08:49:37 1994"), "1994-11-16T08:49:37.000Z");
}

TEST(parse_http_date, all_else_is_none) {
  for (const char* text : {"", ",", "Sun,", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun,06 Nov 1994 08:49:37  GMT", "Sun,x06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
                           "Sunday, 06-Nov-94", "Sunx Nov  6 08:49:37 199", "SunxNov  6 08:49:37 1994", "Sun Nov   6 08:49:37 194",
                           "1994-11-06T08:49:37Z", "abcdefghijklmnopqrstuvwx"})
    EXPECT_EQ(http(text), "none") << text;
}

TEST(format_http_date, the_preferred_form_is_written_and_read_alike) {
  const wall_time time = *parse_date_time("1994-11-06T08:49:37.999Z");
  EXPECT_EQ(format_http_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http(format_http_date(time)), nov_1994);
}

TEST(parse_retry_after, seconds_and_dates_are_waits) {
  const wall_time now = *parse_date_time("1994-11-06T08:49:30Z");
  EXPECT_EQ(parse_retry_after("120", now), 120s);
  EXPECT_EQ(parse_retry_after("0", now), 0s);
  EXPECT_EQ(parse_retry_after(" \t7\t ", now), 7s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), 7s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), 0s);
}

TEST(parse_retry_after, more_seconds_than_fit_are_a_long_wait) {
  EXPECT_EQ(parse_retry_after("99999999999999999999999", {}), std::chrono::seconds{std::numeric_limits<std::uint32_t>::max()});
}

TEST(parse_retry_after, malformed_values_are_none) {
  for (const char* text : {"", " ", "-1", "+1", "1.5", "1s", "0x10", "soon", "99999999999999999999999x", "1, 2"})
    EXPECT_EQ(parse_retry_after(text, {}), std::nullopt) << text;
}

TEST(parse_duration, every_unit_is_understood) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("5s"), 5s);
  EXPECT_EQ(parse_duration("15m"), 15min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("2d"), 48h);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(parse_duration, all_else_is_none) {
  for (const char* text : {"", "5", "s", "-5s", "-0s", "+5s", "5 s", " 5s", "5s ", "1.5s", "5S", "5sec", "1h30m", "99999999999999999999s",
                           "9223372036854775807d"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

}  // namespace
}  // namespace leadrelay
