#include <gmock/gmock.h>

#include "base/date_time.hpp"
#include "providers/judge.hpp"
#include "unit/providers/plain_definition.hpp"

namespace leadrelay::providers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const wall_time now = *parse_date_time("2026-11-21T10:00:00.500Z");
const std::string unix_now = std::to_string(std::chrono::floor<seconds>(now).time_since_epoch().count());

std::optional<duration> wait_of(milliseconds time) { return duration{time}; }

/// What the headers tell a definition with these `limit_headers`.
told_limits told(std::string_view names, const std::vector<answer_header>& headers) {
  const auto by = compiled(with("", "limit_headers: " + std::string(names)));
  return by ? read_limits(*by, {200, headers, {}}, now) : told_limits{};
}

told_limits told_apart(std::string_view unit, std::string_view limit, std::string_view remaining, std::string_view reset) {
  const std::string names = "{ limit: X-Limit, remaining: X-Remaining, reset: X-Reset, reset_as: " + std::string(unit) + " }";
  return told(names, {{"x-limit", limit}, {"X-REMAINING", remaining}, {"X-Reset", reset}});
}

void expect_told(const told_limits& given, std::optional<std::int64_t> limit, std::optional<std::int64_t> remaining,
                 std::optional<duration> resets_in) {
  EXPECT_EQ(given.limit, limit);
  EXPECT_EQ(given.remaining, remaining);
  EXPECT_EQ(given.resets_in, resets_in);
}

TEST(read_limits, definition_without_limit_headers_reads_none) {
  const auto by = compiled(std::string(plain));
  const answer_header headers[] = {{"X-RateLimit-Remaining", "3"}};
  expect_told(read_limits(*by, {200, headers, {}}, now), std::nullopt, std::nullopt, std::nullopt);
}

TEST(read_limits, headers_of_their_own_are_read_in_each_unit) {
  expect_told(told_apart("seconds", "100", "7", "30"), 100, 7, wait_of(seconds{30}));
  expect_told(told_apart("seconds", "100", "0", "0.5"), 100, 0, wait_of(milliseconds{500}));
  const std::string in_ten = std::to_string(std::stoll(unix_now) + 10);
  expect_told(told_apart("unix_seconds", "1000", "999", in_ten), 1000, 999, wait_of(milliseconds{9'500}));
  expect_told(told_apart("unix_milliseconds", " 1000 ", "\t999", in_ten + "250"), 1000, 999, wait_of(milliseconds{9'750}));
}

TEST(read_limits, absent_headers_leave_their_part_out) {
  expect_told(told("{ limit: A, remaining: B, reset: C }", {{"B", "5"}}), std::nullopt, 5, std::nullopt);
  expect_told(told("{ remaining: B }", {{"A", "5"}}), std::nullopt, std::nullopt, std::nullopt);
}

TEST(read_limits, malformed_and_absurd_counts_are_ignored) {
  for (const std::string_view bad :
       {"", "-1", "+1", "a", "1a", "1.5", "1e3", "1000000001", "99999999999999999999", "\"a\"", ";", "\"", ",", "="}) {
    SCOPED_TRACE(bad);
    expect_told(told_apart("seconds", bad, bad, "1"), std::nullopt, std::nullopt, wait_of(seconds{1}));
  }
}

TEST(read_limits, malformed_resets_are_ignored) {
  for (const std::string_view unit : {"seconds", "unix_seconds", "unix_milliseconds"})
    for (const std::string_view bad :
         {"", "-1", "a", "1e3", "nan", "inf", "1 2", "2026-11-21T10:00:00Z", "99999999999999999999", "1e308"}) {
      SCOPED_TRACE(std::string(unit) + " " + std::string(bad));
      expect_told(told_apart(unit, "1", "1", bad), 1, 1, std::nullopt);
    }
}

TEST(read_limits, reset_in_another_unit_than_told_is_ignored) {
  EXPECT_EQ(told_apart("unix_seconds", "1", "1", "30").resets_in, std::nullopt);             // seconds to go
  EXPECT_EQ(told_apart("unix_seconds", "1", "1", unix_now + "000").resets_in, std::nullopt);  // milliseconds
  EXPECT_EQ(told_apart("unix_milliseconds", "1", "1", unix_now).resets_in, std::nullopt);
  EXPECT_EQ(told_apart("seconds", "1", "1", unix_now).resets_in, std::nullopt);
}

TEST(read_limits, reset_just_past_is_now) {
  EXPECT_EQ(told_apart("unix_seconds", "1", "1", std::to_string(std::stoll(unix_now) - 3)).resets_in, duration::zero());
  EXPECT_EQ(told_apart("unix_seconds", "1", "1", std::to_string(std::stoll(unix_now) - 90'000)).resets_in, std::nullopt);
}

TEST(read_limits, reset_beyond_the_longest_window_is_ignored) {
  EXPECT_EQ(told_apart("seconds", "1", "1", "2678400").resets_in, wait_of(seconds{2'678'400}));
  EXPECT_EQ(told_apart("seconds", "1", "1", "2678401").resets_in, std::nullopt);
}

TEST(read_limits, early_ratelimit_draft_is_read) {
  const std::string_view names = "{ limit: RateLimit-Limit, remaining: RateLimit-Remaining, reset: RateLimit-Reset }";
  expect_told(told(names, {{"RateLimit-Limit", "100, 100;w=60;comment=\"a, b\", 5000;w=3600"},
                           {"RateLimit-Remaining", "50"},
                           {"RateLimit-Reset", "5"}}),
              100, 50, wait_of(seconds{5}));
}

TEST(read_limits, combined_field_with_pairs_is_read) {
  expect_told(told("{ combined: ratelimit }", {{"RateLimit", "limit=100, remaining=50, reset=5"}}), 100, 50, wait_of(seconds{5}));
  expect_told(told("{ combined: ratelimit }", {{"RateLimit", "reset=0.25,remaining=0"}}), std::nullopt, 0, wait_of(milliseconds{250}));
  expect_told(told("{ combined: ratelimit }", {{"RateLimit", "limit=, remaining, reset=x, other=3"}}), std::nullopt, std::nullopt,
              std::nullopt);
}

TEST(read_limits, structured_field_takes_the_policy_with_the_least_left) {
  const std::string_view names = "{ combined: RateLimit, limit: RateLimit-Policy }";
  const answer_header policy{"RateLimit-Policy", R"("burst";q=100;w=10, "day";q=5000;w=86400)"};
  expect_told(told(names, {{"RateLimit", R"("burst";r=50;t=3, "day";r=20;t=4000)"}, policy}), 5000, 20, wait_of(seconds{4000}));
  expect_told(told(names, {{"RateLimit", R"("burst";r=50;t=3)"}, policy}), 100, 50, wait_of(seconds{3}));
  expect_told(told(names, {{"RateLimit", R"("a, b;r=1";r=50;t=3;pk=:cHsdsRa894==:)"}}), std::nullopt, 50, wait_of(seconds{3}));
  expect_told(told(names, {{"RateLimit", R"("gone";r=50)"}, policy}), std::nullopt, 50, std::nullopt);
}

TEST(read_limits, broken_structured_fields_are_ignored) {
  const std::string_view names = "{ combined: RateLimit }";
  for (const std::string_view bad :
       {R"("a)", R"("a\)", R"("a";r)", R"("a";r=;t=3)", R"("a";r=-1;t=3)", ";;;", ",,,", R"("\"")", R"("a";;t=3)", "r=50"}) {
    SCOPED_TRACE(bad);
    expect_told(told(names, {{"RateLimit", bad}}), std::nullopt, std::nullopt, std::nullopt);
  }
}

}  // namespace
}  // namespace leadrelay::providers
