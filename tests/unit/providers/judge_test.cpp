#include "providers/judge.hpp"

#include <gmock/gmock.h>

#include "base/date_time.hpp"
#include "providers/definition.hpp"
#include "unit/providers/plain_definition.hpp"

namespace leadrelay::providers {
namespace {

using testing::HasSubstr;
using testing::Not;

const wall_time now = *parse_date_time("2026-11-21T10:00:00Z");

std::shared_ptr<const definition> embedded(std::string_view name) {
  static const catalogue all = [] {
    yaml::issues issues;
    return catalogue::load(std::nullopt, issues);
  }();
  return all.find(name);
}

judgement judged(const definition& by, unsigned status, std::string_view body = {}, std::vector<answer_header> headers = {},
                 bool appends = false) {
  return judge(by, {status, headers, body}, appends, now);
}

/// `rejected/conflict`, `wait`
std::string word(const judgement& of) {
  return std::string(to_string(of.is)) + (of.is == verdict::rejected ? "/" + std::string(to_string(of.reason)) : "");
}

struct documented {
  std::string_view provider;
  unsigned status;
  std::string_view body;
  std::string_view verdict;
  std::string_view verdict_of_append;
  std::string_view detail;
};

constexpr documented answers[] = {
    {"perch", 200, R"({"data":{"id":"38owigkM"}})", "delivered", "delivered", ""},
    {"perch", 401, R"({"message":"Unauthorized"})", "credential_refused", "credential_refused", "HTTP 401: Unauthorized"},
    {"perch", 403, R"({"message":"Forbidden"})", "credential_refused", "credential_refused", "HTTP 403: Forbidden"},
    {"perch", 404, R"({"message":"Not found"})", "rejected/not_found", "rejected/not_found", "HTTP 404: Not found"},
    {"perch", 409, R"({"message":"Conflict"})", "rejected/conflict", "rejected/conflict", "HTTP 409: Conflict"},
    {"perch", 422, R"({"message":"Invalid","fields":{"email":[{"code":"email","message":"x"}]}})", "rejected/rejected", "rejected/rejected",
     "HTTP 422: Invalid"},
    {"perch", 429, R"({"message":"Quota"})", "wait", "wait", "HTTP 429: Quota"},
    {"perch", 500, R"({"message":"Oops"})", "retry", "outcome_unknown", "HTTP 500: Oops"},
    {"perch", 502, "<html>Bad gateway</html>", "retry", "outcome_unknown", "HTTP 502"},

    {"leadpro", 200, "", "delivered", "delivered", ""},
    {"leadpro", 422, R"({"message":"is not looked for, as none is published"})", "rejected/rejected", "rejected/rejected", "HTTP 422"},
    {"leadpro", 500, "", "retry", "outcome_unknown", "HTTP 500"},

    {"octanist", 200, R"({"success":true,"data":{"leadId":"lead_abc123","leadsUpdated":1,"message":"ok"},"meta":{}})", "delivered",
     "delivered", ""},
    {"octanist", 200, R"({"success":true,"leadId":"lead_abc123","status":"won"})", "delivered", "delivered", ""},
    {"octanist", 200, R"({"success":false,"error":{"code":"X","message":"no","details":[]}})", "rejected/rejected", "rejected/rejected",
     "HTTP 200 X: no"},
    {"octanist", 400, R"({"success":false,"error":{"code":"VALIDATION_ERROR","message":"Invalid JSON"}})", "rejected/rejected",
     "rejected/rejected", "HTTP 400 VALIDATION_ERROR: Invalid JSON"},
    {"octanist", 401, R"({"success":false,"error":{"code":"UNAUTHORIZED","message":"Invalid API key"}})", "credential_refused",
     "credential_refused", "HTTP 401 UNAUTHORIZED: Invalid API key"},
    {"octanist", 404, R"({"success":false,"error":{"code":"NOT_FOUND","message":"No lead"}})", "rejected/not_found", "rejected/not_found",
     "HTTP 404 NOT_FOUND: No lead"},
    {"octanist", 409, R"({"success":false,"error":{"code":"CONFLICT","message":"Multiple leads match"}})", "rejected/conflict",
     "rejected/conflict", "HTTP 409 CONFLICT: Multiple leads match"},
    {"octanist", 500, R"({"success":false,"error":{"code":"INTERNAL_ERROR","message":"Server error"}})", "retry", "outcome_unknown",
     "HTTP 500 INTERNAL_ERROR: Server error"},

    {"leadping", 200, R"({"id":"a"})", "delivered", "delivered", ""},
    {"leadping", 400, R"({"type":"https://x/y","title":"Bad Request","status":400,"detail":"contact is missing"})", "rejected/rejected",
     "rejected/rejected", "HTTP 400 Bad Request: contact is missing"},
    {"leadping", 401, R"({"type":"about:blank"})", "credential_refused", "credential_refused", "HTTP 401 about:blank"},
    {"leadping", 403, "{}", "credential_refused", "credential_refused", "HTTP 403"},
    {"leadping", 404, R"({"title":"Not Found"})", "rejected/not_found", "rejected/not_found", "HTTP 404 Not Found"},
    {"leadping", 429, R"({"title":"Too Many Requests","detail":"300 per 60 s"})", "wait", "wait",
     "HTTP 429 Too Many Requests: 300 per 60 s"},

    {"orwel", 200, R"({"data":{}})", "delivered", "delivered", ""},
    {"orwel", 400, R"({"error":"bad_request","message":"company_id"})", "rejected/rejected", "rejected/rejected",
     "HTTP 400 bad_request: company_id"},
    {"orwel", 401, R"({"error":"unauthorized","message":"key"})", "credential_refused", "credential_refused", "HTTP 401 unauthorized: key"},
    {"orwel", 403, R"({"error":"forbidden","message":"scope"})", "credential_refused", "credential_refused", "HTTP 403 forbidden: scope"},
    {"orwel", 404, R"({"error":"not_found","message":"lead"})", "rejected/not_found", "rejected/not_found", "HTTP 404 not_found: lead"},
    {"orwel", 429, R"({"error":"rate_limited","message":"slow down"})", "wait", "wait", "HTTP 429 rate_limited: slow down"},
    {"orwel", 500, R"({"error":"internal","message":"oops"})", "retry", "outcome_unknown", "HTTP 500 internal: oops"},
};

TEST(judge, documented_answers_of_the_five_get_their_verdicts) {
  for (const documented& one : answers) {
    SCOPED_TRACE(std::string(one.provider) + " " + std::to_string(one.status) + " " + std::string(one.body));
    const auto by = embedded(one.provider);
    ASSERT_TRUE(by);
    const judgement plain_request = judged(*by, one.status, one.body);
    EXPECT_EQ(word(plain_request), one.verdict);
    EXPECT_EQ(plain_request.detail, one.detail);
    EXPECT_EQ(word(judged(*by, one.status, one.body, {}, true)), one.verdict_of_append);
  }
}

std::string expected_by_table(unsigned status, bool appends) {
  if (status >= 200 && status < 300) return "delivered";
  if (status >= 300 && status < 400) return "rejected/rejected";
  if (status == 401 || status == 403) return "credential_refused";
  if (status == 404) return "rejected/not_found";
  if (status == 409) return "rejected/conflict";
  if (status == 408 || status == 425) return "retry";
  if (status == 429) return "wait";
  if (status == 503) return "retry";
  if (status == 501 || status == 505 || (status >= 400 && status < 500)) return "rejected/rejected";
  return appends ? "outcome_unknown" : "retry";
}

TEST(judge, every_status_without_a_rule_follows_the_table) {
  const auto by = compiled(std::string(plain));
  for (unsigned status = 100; status <= 599; ++status)
    for (const bool appends : {false, true})
      EXPECT_EQ(word(judged(*by, status, "", {}, appends)), expected_by_table(status, appends)) << status;
}

TEST(judge, status_that_is_none_counts_as_a_server_error) {
  const auto by = compiled(std::string(plain));
  for (const unsigned status : {0u, 99u, 600u, 999u}) {
    EXPECT_EQ(word(judged(*by, status)), "retry");
    EXPECT_EQ(word(judged(*by, status, "", {}, true)), "outcome_unknown");
  }
}

TEST(judge, first_rule_that_fits_decides) {
  const auto by = compiled(with("", R"(answers:
  code: /code
  rules:
    - { status: 400, code: LATER, verdict: wait }
    - { status: 400, where: { /a: 1, /b: x }, verdict: not_found }
    - { status: 400-402, verdict: credential_refused }
    - { code: GONE, verdict: conflict }
    - { status: 410, verdict: delivered })"));
  ASSERT_TRUE(by);
  EXPECT_EQ(word(judged(*by, 400, R"({"code":"LATER"})")), "wait");
  EXPECT_EQ(word(judged(*by, 400, R"({"a":1,"b":"x"})")), "rejected/not_found");
  EXPECT_EQ(word(judged(*by, 400, R"({"a":1,"b":"y"})")), "credential_refused");
  EXPECT_EQ(word(judged(*by, 402)), "credential_refused");
  EXPECT_EQ(word(judged(*by, 403)), "credential_refused");
  EXPECT_EQ(word(judged(*by, 410, R"({"code":"GONE"})")), "rejected/conflict");
  EXPECT_EQ(word(judged(*by, 410, R"({"code":"gone"})")), "delivered");
  EXPECT_EQ(word(judged(*by, 200, R"({"code":"GONE"})")), "rejected/conflict");
}

TEST(judge, code_that_is_a_number_is_compared_as_written) {
  const auto by = compiled(with("", "answers: { code: [/a/code, /code], rules: [ { code: 17, verdict: wait } ] }"));
  EXPECT_EQ(word(judged(*by, 400, R"({"code":17})")), "wait");
  EXPECT_EQ(word(judged(*by, 400, R"({"a":{"code":"17"},"code":3})")), "wait");
  EXPECT_EQ(word(judged(*by, 400, R"({"code":[17]})")), "rejected/rejected");
}

TEST(judge, retry_rule_leaves_an_append_open_on_server_errors_alone) {
  const auto by = compiled(with("", "answers: { rules: [ { status: 100-599, verdict: retry } ] }"));
  EXPECT_EQ(word(judged(*by, 500, "", {}, true)), "outcome_unknown");
  EXPECT_EQ(word(judged(*by, 501, "", {}, true)), "outcome_unknown");
  EXPECT_EQ(word(judged(*by, 503, "", {}, true)), "retry");
  EXPECT_EQ(word(judged(*by, 409, "", {}, true)), "retry");
  EXPECT_EQ(word(judged(*by, 200, "", {}, true)), "retry");
  EXPECT_EQ(word(judged(*by, 500, "", {}, false)), "retry");
}

TEST(judge, body_that_cannot_be_read_fits_no_rule_on_it) {
  const auto octanist = embedded("octanist");
  const std::string refused = R"({"success":false})";
  EXPECT_EQ(word(judged(*octanist, 200, refused)), "rejected/rejected");
  EXPECT_EQ(word(judged(*octanist, 200, refused.substr(0, refused.size() - 1))), "delivered");
  EXPECT_EQ(word(judged(*octanist, 200, "\xff")), "delivered");
  EXPECT_EQ(word(judged(*octanist, 200, "")), "delivered");
  EXPECT_EQ(word(judged(*octanist, 200, "[]")), "delivered");
  EXPECT_EQ(word(judged(*octanist, 200, std::string(100'000, '['))), "delivered");
  EXPECT_EQ(word(judged(*octanist, 200, std::string(1000, '['))), "delivered");
  EXPECT_EQ(word(judged(*octanist, 200, R"({"success":"false"})")), "delivered");
  EXPECT_EQ(word(judged(*octanist, 200, refused + std::string((64 << 10) - refused.size(), ' '))), "rejected/rejected");
  EXPECT_EQ(word(judged(*octanist, 200, refused + std::string((64 << 10) - refused.size() + 1, ' '))), "delivered");
}

TEST(judge, number_of_updated_leads_is_read_where_it_is_one) {
  const auto octanist = embedded("octanist");
  const auto updated = [&](std::string_view body) { return judged(*octanist, 200, body).leads_updated; };
  EXPECT_EQ(updated(R"({"success":true,"data":{"leadsUpdated":3}})"), 3);
  EXPECT_EQ(updated(R"({"success":true,"data":{"leadsUpdated":"3"}})"), std::nullopt);
  EXPECT_EQ(updated(R"({"success":true,"data":{"leadsUpdated":-1}})"), std::nullopt);
  EXPECT_EQ(updated(R"({"success":true,"data":{"leadsUpdated":1e30}})"), std::nullopt);
  EXPECT_EQ(updated(R"({"success":true,"leadId":"a"})"), std::nullopt);
  EXPECT_EQ(judged(*embedded("orwel"), 200, R"({"data":{"leadsUpdated":3}})").leads_updated, std::nullopt);
}

TEST(judge, retry_after_is_read_in_both_forms) {
  const auto by = compiled(std::string(plain));
  const auto after = [&](unsigned status, std::string_view value) {
    return judged(*by, status, "", {{"Content-Type", "a/b"}, {"retry-after", value}}).retry_after;
  };
  EXPECT_EQ(after(429, "120"), duration{std::chrono::seconds{120}});
  EXPECT_EQ(after(503, "0"), duration::zero());
  EXPECT_EQ(after(503, "Sat, 21 Nov 2026 10:00:30 GMT"), duration{std::chrono::seconds{30}});
  EXPECT_EQ(after(429, "Sat, 21 Nov 2026 09:00:30 GMT"), duration::zero());
  EXPECT_EQ(after(429, "4294967295"), duration{std::chrono::seconds{4'294'967'295}});
  EXPECT_GE(after(429, "99999999999999999999"), duration{std::chrono::days{31}});  // as long as can be said
  for (const std::string_view bad : {"", "soon", "-1", "1.5", "10 s"}) EXPECT_EQ(after(429, bad), std::nullopt) << bad;
}

TEST(judge, retry_after_of_a_final_answer_is_not_looked_at) {
  const auto by = compiled(std::string(plain));
  for (const unsigned status : {200u, 301u, 400u, 401u, 404u, 413u})
    EXPECT_EQ(judged(*by, status, "", {{"Retry-After", "5"}}).retry_after, std::nullopt) << status;
}

TEST(judge, redirect_is_refused_and_says_where_to_without_query_or_user) {
  const auto by = compiled(std::string(plain));
  const auto detail = [&](std::string_view location) { return judged(*by, 302, "", {{"location", location}}).detail; };
  EXPECT_EQ(detail("https://b.example/new?token=secret#x"), "HTTP 302 to https://b.example/new, redirects are not followed");
  EXPECT_EQ(detail("https://me:pass@b.example/new@x"), "HTTP 302 to https://b.example/new@x, redirects are not followed");
  EXPECT_EQ(detail("/login?next=a"), "HTTP 302 to /login, redirects are not followed");
  EXPECT_EQ(detail("//me@b.example/x"), "HTTP 302 to //b.example/x, redirects are not followed");
  EXPECT_EQ(detail("a\x01\xff"), "HTTP 302 to a\\x01\\xFF, redirects are not followed");
  EXPECT_LT(detail("/" + std::string(5000, 'a')).size(), 260u);
  EXPECT_EQ(judged(*by, 301).detail, "HTTP 301, redirects are not followed");
}

TEST(judge, details_are_printable_and_bounded) {
  const auto orwel = embedded("orwel");
  const std::string noisy = R"({"error":")" + std::string(500, 'C') + R"(","message":")" + std::string(5000, 'm') + R"("})";
  EXPECT_LT(judged(*orwel, 400, noisy).detail.size(), 290u);
  EXPECT_EQ(judged(*orwel, 400, R"({"error":"a\nb","message":"\u0000"})").detail, "HTTP 400 a\\x0Ab: \\x00");
  EXPECT_EQ(judged(*orwel, 400, R"({"error":"","message":{}})").detail, "HTTP 400");
}

TEST(explain_answer, secrets_are_masked_before_the_message_is_cut) {
  const std::vector<std::string> secrets{"amya@example.com", "two\nlines"};
  const std::string filler(190, '-');
  const std::string body = R"({"error":"bad","message":")" + filler + R"(amya@example.com"})";
  const answer given{400, {}, body};
  EXPECT_THAT(explain_answer(*embedded("orwel"), given, {}), HasSubstr("amya"));
  EXPECT_THAT(explain_answer(*embedded("orwel"), given, secrets), Not(HasSubstr("amya")));
  const answer with_newline{400, {}, R"({"message":"not two\nlines"})"};
  EXPECT_EQ(explain_answer(*embedded("orwel"), with_newline, secrets), "HTTP 400: not ***");
}

TEST(answer, first_header_of_a_name_is_found_without_case) {
  const answer_header headers[] = {{"X-A", "1"}, {"x-a", "2"}};
  const answer given{200, headers, {}};
  EXPECT_EQ(given.header("x-A"), "1");
  EXPECT_EQ(given.header("x-b"), std::nullopt);
}

}  // namespace
}  // namespace leadrelay::providers
