#include <gmock/gmock.h>

#include "base/date_time.hpp"
#include "providers/judge.hpp"
#include "unit/providers/plain_definition.hpp"

namespace leadrelay::providers {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const wall_time now = *parse_date_time("2026-11-21T10:00:00.500Z");
const std::string unix_now = std::to_string(std::chrono::floor<seconds>(now).time_since_epoch().count());

/// What the headers tell a definition with these `limit_headers`.
std::vector<told_limit> told(std::string_view names, const std::vector<answer_header>& headers) {
  const auto by = compiled(with("", "limit_headers: " + std::string(names)));
  return by ? read_limits(*by, {200, headers, {}}, now) : std::vector<told_limit>{};
}

std::vector<told_limit> told_apart(std::string_view unit, std::string_view remaining, std::string_view reset) {
  const std::string names = "{ remaining: X-Remaining, reset: X-Reset, reset_as: " + std::string(unit) + " }";
  return told(names, {{"X-REMAINING", remaining}, {"X-Reset", reset}});
}

auto tells(std::int64_t remaining, milliseconds resets_in) { return ElementsAre(told_limit{remaining, resets_in}); }

TEST(read_limits, definition_that_names_none_reads_those_of_the_drafts) {
  const auto by = compiled(std::string(plain));
  const auto read = [&](const std::vector<answer_header>& headers) { return read_limits(*by, {200, headers, {}}, now); };
  EXPECT_THAT(read({}), IsEmpty());
  EXPECT_THAT(read({{"X-RateLimit-Remaining", "3"}, {"X-RateLimit-Reset", "3"}}), IsEmpty()) << "in what its reset counts nobody knows";
  EXPECT_THAT(read({{"ratelimit-remaining", "3"}, {"ratelimit-reset", "5"}}), tells(3, seconds{5}));
  EXPECT_THAT(read({{"RateLimit", "limit=100, remaining=50, reset=5"}}), tells(50, seconds{5}));
  EXPECT_THAT(read({{"RateLimit", R"("day";r=0;t=40)"}}), tells(0, seconds{40}));
}

TEST(read_limits, definition_that_names_its_own_reads_no_others) {
  EXPECT_THAT(told("{ remaining: A, reset: B }", {{"RateLimit", R"("day";r=0;t=40)"}}), IsEmpty());
}

TEST(read_limits, headers_of_their_own_are_read_in_each_unit) {
  EXPECT_THAT(told_apart("seconds", "7", "30"), tells(7, seconds{30}));
  EXPECT_THAT(told_apart("seconds", "0", "0.5"), tells(0, milliseconds{500}));
  const std::string in_ten = std::to_string(std::stoll(unix_now) + 10);
  EXPECT_THAT(told_apart("unix_seconds", "999", in_ten), tells(999, milliseconds{9'500}));
  EXPECT_THAT(told_apart("unix_milliseconds", "\t999", in_ten + "250"), tells(999, milliseconds{9'750}));
}

TEST(read_limits, half_told_is_nothing) {
  EXPECT_THAT(told("{ remaining: B, reset: C }", {{"B", "5"}}), IsEmpty());
  EXPECT_THAT(told("{ remaining: B, reset: C }", {{"C", "5"}}), IsEmpty());
}

TEST(read_limits, malformed_and_absurd_counts_are_ignored) {
  for (const std::string_view bad :
       {"", "-1", "+1", "a", "1a", "1.5", "1e3", "1000000001", "99999999999999999999", "\"a\"", ";", "\"", ",", "="}) {
    SCOPED_TRACE(bad);
    EXPECT_THAT(told_apart("seconds", bad, "1"), IsEmpty());
  }
}

TEST(read_limits, malformed_resets_are_ignored) {
  for (const std::string_view unit : {"seconds", "unix_seconds", "unix_milliseconds"})
    for (const std::string_view bad :
         {"", "-1", "a", "1e3", "nan", "inf", "1 2", "2026-11-21T10:00:00Z", "99999999999999999999", "1e308"}) {
      SCOPED_TRACE(std::string(unit) + " " + std::string(bad));
      EXPECT_THAT(told_apart(unit, "1", bad), IsEmpty());
    }
}

TEST(read_limits, reset_in_another_unit_than_told_is_ignored) {
  EXPECT_THAT(told_apart("unix_seconds", "1", "30"), IsEmpty());              // seconds to go
  EXPECT_THAT(told_apart("unix_seconds", "1", unix_now + "000"), IsEmpty());  // milliseconds
  EXPECT_THAT(told_apart("unix_milliseconds", "1", unix_now), IsEmpty());
  EXPECT_THAT(told_apart("seconds", "1", unix_now), IsEmpty());
}

TEST(read_limits, reset_just_past_is_now) {
  EXPECT_THAT(told_apart("unix_seconds", "1", std::to_string(std::stoll(unix_now) - 3)), tells(1, seconds{0}));
  EXPECT_THAT(told_apart("unix_seconds", "1", std::to_string(std::stoll(unix_now) - 90'000)), IsEmpty());
}

TEST(read_limits, reset_beyond_the_longest_window_is_ignored) {
  EXPECT_THAT(told_apart("seconds", "1", "2678400"), tells(1, seconds{2'678'400}));
  EXPECT_THAT(told_apart("seconds", "1", "2678401"), IsEmpty());
}

/// What a reset in Unix time means to one whose clock is a minute ahead.
std::vector<told_limit> told_at(std::string_view date) {
  const std::string in_one_minute = std::to_string(std::stoll(unix_now));
  return told("{ remaining: A, reset: B, reset_as: unix_seconds }", {{"A", "0"}, {"B", in_one_minute}, {"Date", date}});
}

TEST(read_limits, reset_in_unix_time_is_by_the_clock_of_the_answers_date) {
  EXPECT_THAT(told_at("Sat, 21 Nov 2026 09:59:00 GMT"), tells(0, minutes{1}));
  EXPECT_THAT(told_at("Fri, 20 Nov 2026 11:00:00 GMT"), tells(0, hours{23}));
  EXPECT_THAT(told_at("Sat, 21 Nov 2026 10:00:02 GMT"), tells(0, seconds{0})) << "the own clock is behind";
}

TEST(read_limits, a_date_that_says_what_the_own_clock_says_or_nothing_sane_is_not_used) {
  const auto by_own = told_apart("unix_seconds", "0", std::to_string(std::stoll(unix_now) + 1));
  EXPECT_THAT(by_own, tells(0, milliseconds{500}));
  for (const std::string_view date : {"Sat, 21 Nov 2026 10:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", ""}) {
    SCOPED_TRACE(date);
    EXPECT_THAT(told_at(date), tells(0, seconds{0}));
  }
}

TEST(read_limits, early_ratelimit_draft_is_read) {
  const std::string_view names = "{ remaining: RateLimit-Remaining, reset: RateLimit-Reset }";
  EXPECT_THAT(told(names, {{"RateLimit-Remaining", "50"}, {"RateLimit-Reset", "5"}}), tells(50, seconds{5}));
}

TEST(read_limits, combined_field_with_pairs_is_read) {
  EXPECT_THAT(told("{ combined: ratelimit }", {{"RateLimit", "limit=100, remaining=50, reset=5"}}), tells(50, seconds{5}));
  EXPECT_THAT(told("{ combined: ratelimit }", {{"RateLimit", "reset=0.25,remaining=0"}}), tells(0, milliseconds{250}));
  EXPECT_THAT(told("{ combined: ratelimit }", {{"RateLimit", "limit=, remaining, reset=x, other=3"}}), IsEmpty());
}

TEST(read_limits, structured_field_tells_a_limit_for_each_policy) {
  const std::string_view names = "{ combined: RateLimit }";
  EXPECT_THAT(told(names, {{"RateLimit", R"("burst";r=0;t=1, "day";r=0;t=36000)"}}),
              ElementsAre(told_limit{0, seconds{1}}, told_limit{0, seconds{36'000}}));
  EXPECT_THAT(told(names, {{"RateLimit", R"("a, b;r=1";r=50;t=3;pk=:cHsdsRa894==:)"}}), tells(50, seconds{3}));
}

TEST(read_limits, policy_without_a_reset_starts_anew_after_its_window) {
  const std::string_view names = "{ combined: RateLimit }";
  const answer_header policy{"ratelimit-policy", R"("burst";q=100;w=10, "day";q=5000;w=86400)"};
  EXPECT_THAT(told(names, {{"RateLimit", R"("day";r=0)"}, policy}), tells(0, seconds{86'400}));
  EXPECT_THAT(told(names, {{"RateLimit", R"("day";r=0;t=7)"}, policy}), tells(0, seconds{7}));
  EXPECT_THAT(told(names, {{"RateLimit", R"("gone";r=50)"}, policy}), IsEmpty());
  EXPECT_THAT(told(names, {{"RateLimit", R"("day";r=50)"}}), IsEmpty());
}

TEST(read_limits, lines_of_one_field_are_one_list) {
  const auto both = ElementsAre(told_limit{5, seconds{1}}, told_limit{0, seconds{36'000}});
  EXPECT_THAT(told("{ combined: RateLimit }", {{"RateLimit", R"("burst";r=5;t=1)"}, {"Date", ""}, {"RATELIMIT", R"("day";r=0;t=36000)"}}),
              both);
  EXPECT_THAT(told("{ combined: RateLimit }", {{"RateLimit", "remaining=5, reset=1"}, {"RateLimit", "limit=7, reset=36000, remaining=0"}}),
              both);
  EXPECT_THAT(told("{ remaining: A, reset: B }", {{"A", "5"}, {"A", "0"}, {"B", "1"}, {"B", "36000"}}), both);
  EXPECT_THAT(told("{ remaining: A, reset: B }", {{"A", "5"}, {"A", "0"}, {"B", "9"}}),
              ElementsAre(told_limit{5, seconds{9}}, told_limit{0, seconds{9}}));
}

TEST(read_limits, headers_apart_stand_beside_the_combined_one) {
  EXPECT_THAT(told("{ combined: RateLimit, remaining: A, reset: B }", {{"RateLimit", R"("burst";r=0;t=10)"}, {"A", "50"}, {"B", "5"}}),
              ElementsAre(told_limit{0, seconds{10}}, told_limit{50, seconds{5}}));
}

/// The drafts say seconds to go, whatever a definition's own header counts in.
TEST(read_limits, combined_field_counts_in_seconds) {
  const std::string_view names = "{ combined: RateLimit, remaining: A, reset: B, reset_as: unix_seconds }";
  EXPECT_THAT(told(names, {{"RateLimit", "limit=3, remaining=0, reset=5"}}), tells(0, seconds{5}));
  EXPECT_THAT(told(names, {{"RateLimit", R"("day";r=0;t=5)"}}), tells(0, seconds{5}));
}

TEST(read_limits, broken_structured_fields_are_ignored) {
  for (const std::string_view bad :
       {R"("a)", R"("a\)", R"("a";r)", R"("a";r=;t=3)", R"("a";r=-1;t=3)", ";;;", ",,,", R"("\"")", R"("a";;t=3)", "r=50"}) {
    SCOPED_TRACE(bad);
    EXPECT_THAT(told("{ combined: RateLimit }", {{"RateLimit", bad}}), IsEmpty());
  }
}

}  // namespace
}  // namespace leadrelay::providers
