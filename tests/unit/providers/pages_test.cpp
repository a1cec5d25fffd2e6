// Each provider's own example, through the definition that the program carries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/headers.hpp"
#include "unit/providers/plan_support.hpp"

namespace leadrelay::providers {
namespace {

using testing::HasSubstr;

constexpr std::string_view perch_body = R"json({
  "email": "client1+74049788@example.com", "firstName": "Amya", "lastName": "Williamson",
  "phone": { "number": "2925655632", "extension": "562" },
  "clientData": { "sin": "004877852", "prefix": "Ms.", "citizenship": "Permanent Legal Resident (PR)", "dateOfBirth": "1987-07-13",
    "maritalStatus": "Married", "creditScoreEstimation": "142" } })json";

// The page's example lacks a comma and has one too many.
constexpr std::string_view leadpro_body = R"({
  "first_name": "Joe", "last_name": "Bloggs", "address": "123 Example Street", "postcode": "EX1 2MP", "advert_address": "456 Test Lane",
  "advert_postcode": "EX3 4NP", "status": "Contacted", "office_id": 375, "gdpr_checkbox": true, "next_action_date": "2025-07-12T10:00:00Z",
  "questionnaire": [["Do you have pets?", "Yes"]], "meta": { "data2": "value2" }, "utm_source": "Google", "utm_medium": "CPC",
  "utm_campaign": "Summer Sale", "utm_content": "Ad1", "utm_term": "Real Estate", "utm_gclid": "GCLID1234567890" })";

constexpr std::string_view octanist_body = R"({
  "id": "lead_abc123", "email": "john@example.com", "phone": "+1234567890", "status": "won", "changedTo": "won", "value": 5000 })";

constexpr std::string_view leadping_body = R"({
  "id": "<string>",
  "metadata": { "trustedFormUrl": "<string>", "utmSource": "<string>", "utmMedium": "<string>", "utmCampaign": "<string>",
    "referrer": "<string>", "landingPage": "<string>", "subId": "<string>", "pubId": "<string>", "ipAddress": "<string>",
    "userAgent": "<string>", "externalId": "<string>", "createdAt": "2023-11-07T05:31:56Z", "price": 123, "userId": "<string>" },
  "contact": { "firstName": "<string>", "lastName": "<string>",
    "streetAddress": { "line1": "<string>", "line2": "<string>", "city": "<string>", "state": "<string>", "province": "<string>",
      "region": "<string>", "postalCode": "<string>", "country": "<string>", "additionalInfo": "<string>" },
    "phone": { "number": "<string>", "lookup": { "id": "<string>", "createdAt": "2023-11-07T05:31:56Z",
      "modifiedAt": "2023-11-07T05:31:56Z", "number": "<string>", "isValid": true,
      "location": { "location": "<string>", "state": "<string>", "countryCode": "<string>" } } },
    "email": "<string>" },
  "customer": { "height": 123, "weight": 123, "birthDate": "2023-12-25", "income": 123, "isHomeowner": true, "monthsAtResidence": 123,
    "creditScore": 123, "hasBankruptcy": true, "numberOfDependents": 123, "hasMedicalCondition": true } })";

constexpr std::string_view leadping_snapshot = R"({
  "trusted_form_url": "<string>", "utm_source": "<string>", "utm_medium": "<string>", "utm_campaign": "<string>", "referrer": "<string>",
  "landing_page": "<string>", "sub_id": "<string>", "pub_id": "<string>", "ip_address": "<string>", "user_agent": "<string>",
  "external_id": "<string>", "created_at": "2023-11-07T05:31:56Z", "price": 123, "user_id": "<string>", "first_name": "<string>",
  "last_name": "<string>",
  "address": { "line1": "<string>", "line2": "<string>", "city": "<string>", "state": "<string>", "province": "<string>",
    "region": "<string>", "postal_code": "<string>", "country": "<string>", "additional_info": "<string>" },
  "phone": { "number": "<string>", "lookup": { "id": "<string>", "created_at": "2023-11-07T05:31:56Z",
    "modified_at": "2023-11-07T05:31:56Z", "number": "<string>", "is_valid": true,
    "location": { "location": "<string>", "state": "<string>", "country_code": "<string>" } } },
  "email": "<string>", "height": 123, "weight": 123, "date_of_birth": "2023-12-25", "income": 123, "is_homeowner": true,
  "months_at_residence": 123, "credit_score": 123, "has_bankruptcy": true, "number_of_dependents": 123, "has_medical_condition": true })";

constexpr std::string_view orwel_body = R"({
  "properties": { "status": "qualified", "score": 90 }, "summary": { "notes": "High priority lead" },
  "company_id": "aa0e8400-e29b-41d4-a716-446655440005" })";

struct page {
  const char* provider;
  std::string event;  ///< `lead` and one way of saying the page's example
  const char* method;
  const char* url;
  std::string_view body;
  const char* auth;
};

std::string event(std::string_view lead, std::string_view way, std::string_view what) {
  return R"({"lead": )" + std::string(lead) + R"(, ")" + std::string(way) + R"(": )" + std::string(what) + "}";
}

std::vector<page> pages() {
  const char* const perch_url = "https://api.realtor.myperch.io/v1/leads/38owigkM";
  const char* const orwel_url = "https://api.orwel.io/api/v1/leads/550e8400-e29b-41d4-a716-446655440000";
  const char* const uuid = R"({"id": "550e8400-e29b-41d4-a716-446655440000"})";
  const char* const octanist_lead = R"({"id": "lead_abc123", "email": "john@example.com", "phone": "+1234567890"})";
  return {
      {"perch", event(R"({"id": "38owigkM"})", "native", perch_body), "PATCH", perch_url, perch_body, "x-api-key: SECRET\r\n"},
      {"perch", event(R"({"id": "38owigkM"})", "changes", R"json({
         "email": "client1+74049788@example.com", "first_name": "Amya", "last_name": "Williamson",
         "phone": { "number": "2925655632", "extension": "562" }, "sin": "004877852", "prefix": "Ms.",
         "citizenship": "Permanent Legal Resident (PR)", "date_of_birth": "1987-07-13", "marital_status": "Married",
         "credit_score": 142 })json"),
       "PATCH", perch_url, perch_body, "x-api-key: SECRET\r\n"},
      {"leadpro", event(R"({"id": "77"})", "native", leadpro_body), "PATCH", "https://api.lead.pro/api/v103/leads/77", leadpro_body,
       "x-api-key: SECRET\r\n"},
      {"leadpro", event(R"({"id": "77"})", "changes", leadpro_body), "PATCH", "https://api.lead.pro/api/v103/leads/77", leadpro_body,
       "x-api-key: SECRET\r\n"},
      {"octanist", event(octanist_lead, "native", octanist_body), "PATCH", "https://octanist.com/api/leads", octanist_body,
       "X-API-KEY: SECRET\r\n"},
      {"octanist", event(octanist_lead, "changes", R"({"status": "won", "value": "5000"})"), "PATCH", "https://octanist.com/api/leads",
       R"({"id": "lead_abc123", "email": "john@example.com", "phone": "+1234567890", "status": "won", "value": "5000"})",
       "X-API-KEY: SECRET\r\n"},
      {"leadping", event(R"({"id": "<string>"})", "native", leadping_body), "PUT", "https://api.leadping.ai/leads/%3Cstring%3E",
       leadping_body, "Authorization: Bearer SECRET\r\n"},
      {"leadping", event(R"({"id": "<string>"}, "changes": {"first_name": "<string>"})", "snapshot", leadping_snapshot), "PUT",
       "https://api.leadping.ai/leads/%3Cstring%3E", leadping_body, "Authorization: Bearer SECRET\r\n"},
      {"orwel", event(uuid, "native", orwel_body), "PATCH", orwel_url, orwel_body, "Authorization: Bearer SECRET\r\n"},
      {"orwel", event(uuid, "changes", orwel_body), "PATCH", orwel_url, orwel_body, "Authorization: Bearer SECRET\r\n"},
  };
}

TEST(pages, own_example_becomes_the_page_s_request) {
  for (const page& each : pages()) {
    SCOPED_TRACE(std::string(each.provider) + ": " + each.event.substr(0, 80));
    const plan by = plan_of(each.provider);
    const auto change = change_of(each.event);
    const auto request = by.build(change);
    ASSERT_TRUE(request) << request.error().detail;
    EXPECT_EQ(request->method, each.method);
    EXPECT_EQ(std::string(by.base_url()) + request->target, each.url);
    EXPECT_TRUE(same_json(request->body, each.body)) << request->body;
  }
}

TEST(pages, credential_stands_where_the_page_says) {
  for (const page& each : pages()) {
    const auto headers = make_headers(*embedded().find(each.provider), "host", "SECRET");
    ASSERT_TRUE(headers);
    EXPECT_THAT(*headers, HasSubstr(each.auth)) << each.provider;
    EXPECT_THAT(*headers, HasSubstr("Content-Type: application/json\r\n"));
  }
}

TEST(pages, fields_that_are_appended_mark_the_request) {
  const auto appends = [](std::string_view provider, std::string_view changes) {
    const auto change = change_of(event(R"({"id": "x"})", "changes", changes));
    const auto request = plan_of(provider).build(change);
    EXPECT_TRUE(request) << request.error().detail;
    EXPECT_NE(request->appends, request->repeatable);
    return request->appends;
  };
  EXPECT_TRUE(appends("octanist", R"({"note": "called"})"));
  EXPECT_FALSE(appends("octanist", R"({"status": "won"})"));
  EXPECT_TRUE(appends("leadpro", R"({"first_name": "A", "last_name": "B", "questionnaire": [["q", "a"]]})"));
  EXPECT_FALSE(appends("leadpro", R"({"first_name": "A", "last_name": "B"})"));
}

}  // namespace
}  // namespace leadrelay::providers
