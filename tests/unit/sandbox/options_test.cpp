#include "sandbox/options.hpp"

#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using testing::HasSubstr;

std::string problem_of(const std::string& json) {
  options into;
  const auto set = set_faults(into, json);
  return set ? "none" : set.error().detail;
}

TEST(options, all_members_of_faults_are_read) {
  options into;
  ASSERT_TRUE(set_faults(into, R"({"orwel":{"hang":1,"reset_before":2,"status_429":3,"status_503":4,"status_500":5.5,"redirect":6,
    "reset_after":7,"malformed":8,"truncated":9,"bad_body":10,"oversized":11,"retry_after_s":12,"retry_after_form":"date",
    "retry_after_on_503":true,"oversized_bytes":13,"redirect_location":"http://x/","slow_body":14,"slow_body_ms":15,"latency_ms":1.5,
    "jitter_ms":17,"rejected_keys":["a","b"],"rejected_status":403},"seed":9})"));
  const fault_settings& read = into[provider::orwel].faults;
  EXPECT_THAT(read.percents, testing::ElementsAre(1, 2, 3, 4, 5.5, 6, 7, 8, 9, 10, 11));
  EXPECT_EQ(read.retry_after_s, 12u);
  EXPECT_TRUE(read.retry_after_as_date);
  EXPECT_TRUE(read.retry_after_on_503);
  EXPECT_EQ(read.oversized_bytes, 13u);
  EXPECT_EQ(read.redirect_location, "http://x/");
  EXPECT_EQ(read.slow_body, 14);
  EXPECT_EQ(read.slow_body_time, std::chrono::milliseconds{15});
  EXPECT_EQ(read.latency, std::chrono::microseconds{1500});
  EXPECT_EQ(read.jitter, std::chrono::milliseconds{17});
  EXPECT_THAT(read.rejected_keys, testing::ElementsAre("a", "b"));
  EXPECT_EQ(read.rejected_status, 403);
  EXPECT_EQ(into.seed, 9u);
  EXPECT_EQ(into[provider::perch].faults.percents, fault_settings{}.percents);
}

TEST(options, providers_own_faults_replace_those_of_all) {
  options into;
  ASSERT_TRUE(set_faults(into, R"({"perch":{"hang":1},"all":{"status_500":2}})"));
  EXPECT_EQ(into[provider::perch].faults[fault::hang], 1);
  EXPECT_EQ(into[provider::perch].faults[fault::status_500], 0);
  EXPECT_EQ(into[provider::leadping].faults[fault::status_500], 2);
  ASSERT_TRUE(set_faults(into, R"({"leadping":{}})"));
  EXPECT_EQ(into[provider::leadping].faults[fault::status_500], 0);
  EXPECT_EQ(into[provider::octanist].faults[fault::status_500], 2);
}

TEST(options, problems_name_the_member_and_what_would_be_right) {
  EXPECT_EQ(problem_of(R"({"orwel":{"status_492":1}})"), "orwel.status_492: unknown; did you mean status_429?");
  EXPECT_EQ(problem_of(R"({"orvel":{}})"), "orvel: unknown; expected all, perch, leadpro, octanist, leadping, orwel or seed");
  EXPECT_EQ(problem_of(R"({"all":{"hang":101}})"), "all.hang: must be from 0 to 100");
  EXPECT_EQ(problem_of(R"({"all":{"hang":-1}})"), "all.hang: must be from 0 to 100");
  EXPECT_EQ(problem_of(R"({"all":{"hang":"5"}})"), "all.hang: expected a number, not a string");
  EXPECT_THAT(problem_of(R"({"all":{"hang":60,"oversized":41}})"), HasSubstr("exceed 100 together"));
  EXPECT_EQ(problem_of(R"({"all":{"hang":60,"oversized":40}})"), "none");
  EXPECT_EQ(problem_of(R"({"all":{"redirect":1}})"), "all.redirect: needs redirect_location");
  EXPECT_EQ(problem_of(R"({"all":{"retry_after_s":1.5}})"), "all.retry_after_s: must be a whole number");
  EXPECT_EQ(problem_of(R"({"all":{"retry_after_form":"minutes"}})"), "all.retry_after_form: must be seconds or date");
  EXPECT_EQ(problem_of(R"({"all":{"rejected_status":402}})"), "all.rejected_status: must be 401 or 403");
  EXPECT_THAT(problem_of(R"({"all":{"rejected_keys":["a",1]}})"), HasSubstr("one of its items is a number"));
  EXPECT_THAT(problem_of(R"({"all":{"redirect_location":"http://x\r\nA: b"}})"), HasSubstr("control characters"));
  EXPECT_THAT(problem_of(R"({"all":[]})"), HasSubstr("expected an object, not an array"));
  EXPECT_THAT(problem_of("[]"), HasSubstr("expected an object"));
  EXPECT_THAT(problem_of("{"), HasSubstr("not JSON"));
  EXPECT_THAT(problem_of(R"({"seed":-1})"), HasSubstr("seed"));
}

TEST(options, problem_leaves_everything_as_it_was) {
  options into;
  EXPECT_FALSE(set_faults(into, R"({"seed":5,"perch":{"hang":1},"orwel":{"hang":"x"}})"));
  EXPECT_EQ(into.seed, 1u);
  EXPECT_EQ(into[provider::perch].faults[fault::hang], 0);
}

TEST(options, limits_capacity_and_degradation_are_read) {
  options into;
  ASSERT_TRUE(set_faults(into, R"({"orwel":{"limits":[{"requests":50,"per_ms":1000},{"requests":300,"per_ms":10000.5}],"latency_ms":20,
    "capacity":16,"degrade":{"above":12,"factor":2.5}},"perch":{"limits":[]}})"));
  const fault_settings& read = into[provider::orwel].faults;
  ASSERT_TRUE(read.limits);
  EXPECT_THAT(*read.limits, testing::ElementsAre(limit{50, std::chrono::seconds{1}}, limit{300, std::chrono::microseconds{10'000'500}}));
  EXPECT_EQ(read.capacity, 16u);
  ASSERT_TRUE(read.degrade);
  EXPECT_EQ(read.degrade->above, 12u);
  EXPECT_EQ(read.degrade->factor, 2.5);
  ASSERT_TRUE(into[provider::perch].faults.limits);
  EXPECT_TRUE(into[provider::perch].faults.limits->empty());
  EXPECT_FALSE(into[provider::leadping].faults.limits);
  const auto told = parsed(faults_json(into));
  EXPECT_EQ(told["orwel"]["limits"][1]["per_ms"].GetDouble(), 10000.5);
  EXPECT_EQ(told["orwel"]["degrade"]["above"].GetUint(), 12u);
  EXPECT_FALSE(told["leadping"].HasMember("limits"));
}

TEST(options, limits_capacity_and_degradation_that_are_wrong_are_named) {
  EXPECT_THAT(problem_of(R"({"all":{"limits":{"requests":1,"per_ms":1}}})"), HasSubstr("all.limits: expected an array"));
  EXPECT_THAT(problem_of(R"({"all":{"limits":[{"requests":1}]}})"), HasSubstr("all.limits: expected an array of objects"));
  EXPECT_THAT(problem_of(R"({"all":{"limits":[{"requests":1,"per_ms":1,"x":1}]}})"), HasSubstr("all.limits"));
  EXPECT_EQ(problem_of(R"({"all":{"limits":[{"requests":0,"per_ms":1}]}})"), "all.limits.requests: must be from 1 to 1000000");
  EXPECT_EQ(problem_of(R"({"all":{"limits":[{"requests":1.5,"per_ms":1}]}})"), "all.limits.requests: must be a whole number");
  EXPECT_EQ(problem_of(R"({"all":{"limits":[{"requests":1,"per_ms":0}]}})"), "all.limits.per_ms: must be more than 0");
  EXPECT_THAT(problem_of(R"({"all":{"latency_ms":1,"degrade":16}})"), HasSubstr("all.degrade: expected an object"));
  EXPECT_EQ(problem_of(R"({"all":{"latency_ms":1,"degrade":{"above":1,"factor":0.5}}})"), "all.degrade.factor: must be from 1 to 10000");
  EXPECT_THAT(problem_of(R"({"all":{"degrade":{"above":1,"factor":2}}})"), HasSubstr("all.degrade: needs latency_ms"));
  EXPECT_THAT(problem_of(R"({"all":{"capacity":1}})"), HasSubstr("all.capacity: needs latency_ms"));
  EXPECT_EQ(problem_of(R"({"all":{"limit":[]}})"), "all.limit: unknown; did you mean limits?");
}

TEST(options, limit_is_requests_per_duration) {
  const auto read = parse_limit("1000/1m");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->requests, 1000u);
  EXPECT_EQ(read->per, std::chrono::minutes{1});
  for (const char* bad : {"", "1000", "/1m", "0/1m", "-1/1m", "1/", "1/0s", "1/1", "1 /1m", "99999999999/1m"})
    EXPECT_FALSE(parse_limit(bad)) << bad;
}

}  // namespace
}  // namespace leadrelay::sandbox
