#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "unit/providers/plan_support.hpp"

// Numbers go out digit for digit as they came in, whatever a double makes of them.
namespace leadrelay::providers {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr const char* orwel_target = "PATCH /api/v1/leads/550e8400-e29b-41d4-a716-446655440000 ";

/// Integers beyond 64 bits, fractions beyond a double, exponents beyond it, and spellings that a double forgets.
constexpr const char* telling[] = {"12345678901234567890123",
                                   "-12345678901234567890123",
                                   "18446744073709551616",
                                   "18446744073709551615",
                                   "-9223372036854775808",
                                   "-9223372036854775809",
                                   "0.1234567890123456789",
                                   "9.3606954",
                                   "158.041601",
                                   "0.10000000000000001",
                                   "1.50",
                                   "1.0",
                                   "-0.0",
                                   "1E5",
                                   "1e+5",
                                   "1e22",
                                   "1e309",
                                   "-1e309",
                                   "1234e306",
                                   "0e999",
                                   "1e-400",
                                   "1e2147483647",
                                   "4.9406564584124654e-324",
                                   "1.7976931348623157e308"};

TEST(numbers, of_free_objects_are_sent_as_they_came) {
  for (const std::string number : telling) {
    const std::string properties = R"({"a":)" + number + R"(,"b":[1,)" + number + R"(,{"c":)" + number + R"(}],"d":"1e309"})";
    const std::string body = R"({"properties":)" + properties + "}";
    EXPECT_EQ(built(plan_of("orwel"), orwel(body)), orwel_target + body);
    EXPECT_EQ(built(plan_of("orwel"), R"({"lead":{"id":"550e8400-e29b-41d4-a716-446655440000"},"native":)" + body + "}"),
              orwel_target + body);
  }
}

TEST(numbers, of_every_length_are_sent_as_they_came) {
  for (std::size_t digits = 1; digits < 1500; digits += 1 + digits / 8)
    for (const std::string& number : {repeated("9", digits), "-" + repeated("1", digits), "0." + repeated("3", digits),
                                      "0." + repeated("0", digits) + "1", repeated("7", digits) + "e-" + std::to_string(digits)}) {
      const std::string body = R"({"properties":{"a":)" + number + R"(,"b":2}})";
      ASSERT_EQ(built(plan_of("orwel"), orwel(body)), orwel_target + body);
    }
}

TEST(numbers, of_snapshot_native_and_unlisted_members_are_sent_as_they_came) {
  EXPECT_EQ(built(plan_of("leadping"), R"({"lead":{"id":"x"},"changes":{"height":1.10},"snapshot":{"weight":1.20,"price":1e2}})"),
            R"(PUT /leads/x {"id":"x","metadata":{"price":1e2},"customer":{"height":1.10,"weight":1.20}})");
  EXPECT_EQ(built(plan_of("octanist"), R"({"lead":{"id":"x"},"native":{"value":12345678901234567890123}})"),
            R"(PATCH /api/leads {"id":"x","value":12345678901234567890123})");
  EXPECT_THAT(built(plan_of("perch"), perch("{" + std::string(names) + "}", R"(,"native":{"clientData":{"pets":[1e309,2.50]}})")),
              HasSubstr(R"("clientData":{"pets":[1e309,2.50]})"));
}

TEST(numbers, that_become_texts_keep_their_digits) {
  EXPECT_THAT(built(plan_of("perch"), perch("{" + std::string(names) + R"(,"credit_score":12345678901234567890123})")),
              HasSubstr(R"("creditScoreEstimation":"12345678901234567890123")"));
  EXPECT_THAT(built(plan_of("perch"), perch("{" + std::string(names) + R"(,"credit_score":1.50})")),
              HasSubstr(R"("creditScoreEstimation":"1.50")"));
}

TEST(numbers, beyond_a_double_are_refused_where_the_provider_wants_a_number) {
  EXPECT_EQ(built(plan_of("octanist"), octanist(R"({"value":1e309})")), "invalid_field: value: beyond the range of a double");
  EXPECT_EQ(built(plan_of("leadpro"), leadpro(R"("office_id":-1e309)")), "invalid_field: office_id: beyond the range of a double");
}

TEST(numbers, that_differ_behind_a_double_differ) {
  const auto both = [](const char* one, const char* other) {
    return built(plan_of("octanist"),
                 R"({"lead":{"id":"x"},"changes":{"value":)" + std::string(one) + R"(},"native":{"value":)" + other + "}}");
  };
  EXPECT_EQ(both("1.1", "2.2"), R"(PATCH /api/leads {"id":"x","value":2.2})");
  const auto shared = try_plan(compiled(R"(
name: test
base_url: https://test.example
call: { method: PATCH, path: "/leads/{id}" }
auth: { bearer: true }
fields:
  value: { to: /value, type: number }
  price: { to: /value, type: number }
)"));
  ASSERT_TRUE(shared.value);
  EXPECT_THAT(built(*shared.value, R"({"lead":{"id":"x"},"changes":{"value":12345678901234567890123,"price":12345678901234567890124}})"),
              HasSubstr("value and price: differ"));
  EXPECT_EQ(built(*shared.value, R"({"lead":{"id":"x"},"changes":{"value":12345678901234567890123,"price":12345678901234567890123}})"),
            R"(PATCH /leads/x {"value":12345678901234567890123})");
}

TEST(numbers, are_masked_as_they_came_and_as_a_double) {
  const auto change = change_of(R"({"lead":{"id":"x"},"changes":{"properties":{"a":0.1234567890123456789}}})");
  const auto found = plan_of("orwel").sensitive_values(change);
  EXPECT_THAT(found, Contains("0.1234567890123456789"));
  EXPECT_THAT(found, Contains("0.12345678901234568"));
}

TEST(numbers, of_a_masked_body_are_as_they_are_sent) {
  const plan by = plan_of("octanist");
  const auto change = change_of(R"({"lead":{"id":"x"},"changes":{"value":12345678901234567890123,"note":"n"}})");
  const auto request = by.build(change);
  ASSERT_TRUE(request);
  EXPECT_EQ(by.masked_body(*request), R"({"id":"x","value":12345678901234567890123,"note":"***"})");
}

/// Compact JSON with numbers anywhere, and texts that look like them.
std::string random_json(std::mt19937& random, int levels) {
  const auto kind = random() % (levels > 0 ? 7 : 4);
  if (kind < 3) return telling[random() % std::size(telling)];
  if (kind == 3) return std::to_string(static_cast<int>(random()));
  if (kind == 4) return R"("1e309,\"-12345678901234567890123")";
  std::string out;
  for (unsigned count = random() % 4; count > 0; --count) {
    if (!out.empty()) out += ',';
    if (kind == 5) out += R"("1.5e)" + std::to_string(count) + R"(":)";
    out += random_json(random, levels - 1);
  }
  return kind == 5 ? '{' + out + '}' : '[' + out + ']';
}

TEST(numbers, among_random_values_are_sent_as_they_came) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const std::string body = R"({"properties":{"a":)" + random_json(random, 6) + "}}";
    ASSERT_EQ(built(plan_of("orwel"), orwel(body)), orwel_target + body);
  }
}

}  // namespace
}  // namespace leadrelay::providers
