// The five definitions, fact by fact against tables written from the providers' pages.
#include <gmock/gmock.h>

#include "providers/definition.hpp"
#include "providers/definition_parts.hpp"

namespace leadrelay::providers {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::Pair;

std::shared_ptr<const definition> embedded(std::string_view name) {
  static const catalogue all = [] {
    yaml::issues issues;
    catalogue made = catalogue::load(std::nullopt, issues);
    for (const yaml::issue& one : issues.all()) ADD_FAILURE() << one.text();
    return made;
  }();
  auto found = all.find(name);
  if (!found) throw std::runtime_error("no definition " + std::string(name));
  return found;
}

std::string kind_words(const value_rule& rule) {
  std::string out;
  const auto add = [&](unsigned kind, std::string_view word) {
    if (rule.kinds & kind) out += (out.empty() ? "" : "|") + std::string(word);
  };
  add(takes_string, "string");
  add(takes_number, rule.whole_number ? "integer" : "number");
  add(takes_boolean, "boolean");
  add(takes_object, "object");
  add(takes_list, "list");
  add(takes_numeric_string, "numeric_string");
  return out;
}

std::string rule_words(const value_rule& rule) {
  constexpr std::string_view formats[] = {"", " email", " uuid", " date", " date_time"};
  std::string out = kind_words(rule) + std::string(formats[static_cast<std::size_t>(rule.format)]);
  if (rule.least_characters) out += " min" + std::to_string(*rule.least_characters);
  if (rule.most_characters) out += " max" + std::to_string(*rule.most_characters);
  if (rule.most_json_bytes) out += " bytes" + std::to_string(*rule.most_json_bytes);
  if (rule.least || rule.most) out += " range";
  for (const std::string& word : rule.one_of) out += " =" + word;
  if (rule.elements == element_rule::string) out += " of_strings";
  if (rule.elements == element_rule::pair_of_strings) out += " of_pairs";
  if (rule.converts) out += " convert";
  return out;
}

/// `first_name /firstName string always sensitive`
std::string words(const field& one, const definition::parts& of) {
  std::string out = (one.canonical.empty() ? "native" : one.canonical) + " " + one.pointer + " " + rule_words(one.rule);
  if (one.required == required::always) out += " always";
  if (one.required == required::if_known) out += " if_known";
  if (one.appends) out += " append";
  if (one.sensitive) out += " sensitive";
  if (one.only_with) out += " with " + of.fields[static_cast<std::size_t>(one.only_with->field)].canonical + "=" + one.only_with->value;
  if (!one.join.empty()) out += " join" + std::to_string(one.join.size()) + "'" + one.separator + "'";
  if (one.clear) out += " clear";
  return out;
}

std::vector<std::string> field_words(std::string_view provider) {
  std::vector<std::string> out;
  const definition::parts& parts = embedded(provider)->inside();
  for (const field& one : parts.fields) out.push_back(words(one, parts));
  return out;
}

void collect_open(const body_node& node, const std::string& at, std::vector<std::string>& out) {
  if (node.open) out.push_back(at);
  for (const body_node& child : node.children) collect_open(child, at + "/" + child.name, out);
}

std::vector<std::string> open_places(std::string_view provider) {
  std::vector<std::string> out;
  collect_open(embedded(provider)->inside().body, "", out);
  return out;
}

std::string target_of(std::string_view provider) {
  constexpr std::string_view identifiers[] = {"{id}", "{email}", "{phone}"};
  std::string out;
  for (const target_piece& piece : embedded(provider)->inside().target)
    out += piece.text + (piece.then == no_identifier ? "" : std::string(identifiers[piece.then]));
  return out;
}

TEST(perch_definition, call_and_auth_are_the_pages) {
  const auto made = embedded("perch");
  EXPECT_EQ(made->title(), "Perch");
  EXPECT_EQ(made->base_url(), "https://api.realtor.myperch.io");
  EXPECT_EQ(made->method(), "PATCH");
  EXPECT_EQ(target_of("perch"), "/v1/leads/{id}");
  EXPECT_EQ(made->auth().header, "x-api-key");
  EXPECT_EQ(made->auth().value, "{credential}");
  EXPECT_THAT(made->headers(), ElementsAre(Pair("Content-Type", "application/json")));
  EXPECT_THAT(made->inside().identify_by, ElementsAre(by_id));
  EXPECT_FALSE(made->inside().replaces);
  EXPECT_TRUE(made->inside().repeatable);
  EXPECT_EQ(made->inside().clear, clear_as::null);
}

TEST(perch_definition, fields_are_the_pages) {
  EXPECT_THAT(field_words("perch"), ElementsAre("email /email string email always sensitive",             //
                                                "first_name /firstName string always sensitive",          //
                                                "last_name /lastName string always sensitive",            //
                                                "resource_type /resourceType string =ClientProfile =Firm =FirmMember if_known",
                                                "resource_id /resourceId string if_known",                //
                                                "phone.number /phone/number string sensitive",            //
                                                "phone.extension /phone/extension string sensitive",      //
                                                "sin /clientData/sin string sensitive",                   //
                                                "prefix /clientData/prefix string sensitive",                       //
                                                "citizenship /clientData/citizenship string sensitive",             //
                                                "date_of_birth /clientData/dateOfBirth string date sensitive",
                                                "marital_status /clientData/maritalStatus string sensitive",        //
                                                "credit_score /clientData/creditScoreEstimation string convert sensitive"));
  EXPECT_THAT(open_places("perch"), ElementsAre("/clientData"));
}

TEST(perch_definition, limits_read_the_quota_carefully) {
  EXPECT_THAT(embedded("perch")->limits(), ElementsAre(limit{100, std::chrono::hours{1}}, limit{10, std::chrono::minutes{1}}));
  EXPECT_FALSE(embedded("perch")->inside().told_limits);
}

TEST(leadpro_definition, call_and_auth_are_the_pages) {
  const auto made = embedded("leadpro");
  EXPECT_EQ(made->title(), "Lead.pro");
  EXPECT_EQ(made->base_url(), "https://api.lead.pro");
  EXPECT_EQ(made->method(), "PATCH");
  EXPECT_EQ(target_of("leadpro"), "/api/v103/leads/{id}");
  EXPECT_EQ(made->auth().header, "x-api-key");
  EXPECT_EQ(made->auth().value, "{credential}");
  EXPECT_THAT(made->limits(), IsEmpty());
  EXPECT_FALSE(made->inside().told_limits);
  EXPECT_FALSE(made->inside().replaces);
  EXPECT_TRUE(made->inside().repeatable);
  EXPECT_EQ(made->inside().clear, clear_as::null);
}

TEST(leadpro_definition, fields_are_the_pages) {
  EXPECT_THAT(field_words("leadpro"), ElementsAre("first_name /first_name string min1 max50 always sensitive",
                                                  "last_name /last_name string min1 max50 always sensitive",
                                                  "address /address string max255 sensitive join9', '",
                                                  "postcode /postcode string max255 sensitive",
                                                  "advert_address /advert_address string max255 sensitive",
                                                  "advert_postcode /advert_postcode string max255 sensitive",
                                                  "status /status string",                                        //
                                                  "office_id /office_id number",                                  //
                                                  "gdpr_checkbox /gdpr_checkbox boolean",                         //
                                                  "next_action_date /next_action_date string date_time",          //
                                                  "questionnaire /questionnaire list bytes2048 of_pairs append sensitive",
                                                  "meta /meta object bytes1024 of_strings sensitive",             //
                                                  "utm_source /utm_source string",                                //
                                                  "utm_medium /utm_medium string",                                //
                                                  "utm_campaign /utm_campaign string",                            //
                                                  "utm_content /utm_content string",                              //
                                                  "utm_term /utm_term string",                                    //
                                                  "utm_gclid /utm_gclid string sensitive"));
  EXPECT_THAT(embedded("leadpro")->inside().fields[2].join,
              ElementsAre("line1", "line2", "city", "state", "province", "region", "postal_code", "country", "additional_info"));
  EXPECT_THAT(open_places("leadpro"), IsEmpty());
}

TEST(octanist_definition, call_and_auth_are_the_pages) {
  const auto made = embedded("octanist");
  EXPECT_EQ(made->title(), "Octanist");
  EXPECT_EQ(made->base_url(), "https://octanist.com");
  EXPECT_EQ(made->method(), "PATCH");
  EXPECT_EQ(target_of("octanist"), "/api/leads");
  EXPECT_EQ(made->auth().header, "X-API-KEY");
  EXPECT_EQ(made->auth().value, "{credential}");
  EXPECT_THAT(made->limits(), IsEmpty());
  EXPECT_FALSE(made->inside().replaces);
  EXPECT_TRUE(made->inside().repeatable);
  EXPECT_EQ(made->inside().clear, clear_as::null);
}

TEST(octanist_definition, identifiers_stand_in_the_body_in_the_order_of_priority) {
  const definition::parts& parts = embedded("octanist")->inside();
  EXPECT_THAT(parts.identify_by, ElementsAre(by_id, by_email, by_phone));
  ASSERT_GE(parts.body.children.size(), 3u);
  constexpr std::string_view names[] = {"id", "email", "phone"};
  for (int index = 0; index < 3; ++index) {
    EXPECT_EQ(parts.body.children[static_cast<std::size_t>(index)].name, names[index]);
    EXPECT_EQ(parts.body.children[static_cast<std::size_t>(index)].holds, index);
    EXPECT_TRUE(parts.identifiers[static_cast<std::size_t>(index)].allowed);
  }
}

TEST(octanist_definition, fields_are_the_pages) {
  EXPECT_THAT(field_words("octanist"), ElementsAre("status /status string =qualified =won =lost",              //
                                                   "value /value number|numeric_string",                       //
                                                   "note /note string append sensitive",                       //
                                                   "loss_reason /lossReason string sensitive with status=lost",
                                                   "native /changedTo string =qualified =won =lost"));
  EXPECT_THAT(open_places("octanist"), IsEmpty());
}

TEST(leadping_definition, call_and_auth_are_the_pages) {
  const auto made = embedded("leadping");
  EXPECT_EQ(made->title(), "Leadping");
  EXPECT_EQ(made->base_url(), "https://api.leadping.ai");
  EXPECT_EQ(made->method(), "PUT");
  EXPECT_EQ(target_of("leadping"), "/leads/{id}");
  EXPECT_EQ(made->auth().header, "Authorization");
  EXPECT_EQ(made->auth().value, "Bearer {credential}");
  EXPECT_THAT(made->limits(), ElementsAre(limit{300, std::chrono::minutes{1}}));
  EXPECT_THAT(made->inside().identify_by, ElementsAre(by_id));
  EXPECT_EQ(made->inside().body.children.at(0).quoted_name, "\"id\":");
  EXPECT_EQ(made->inside().body.children.at(0).holds, by_id);
  EXPECT_TRUE(made->inside().replaces);
  EXPECT_TRUE(made->inside().repeatable);
  EXPECT_EQ(made->inside().clear, clear_as::omit);
}

TEST(leadping_definition, fields_are_the_pages) {
  constexpr std::string_view fields[] = {
      "trusted_form_url /metadata/trustedFormUrl string sensitive",
      "utm_source /metadata/utmSource string",
      "utm_medium /metadata/utmMedium string",
      "utm_campaign /metadata/utmCampaign string",
      "referrer /metadata/referrer string sensitive",
      "landing_page /metadata/landingPage string sensitive",
      "sub_id /metadata/subId string",
      "pub_id /metadata/pubId string",
      "ip_address /metadata/ipAddress string sensitive",
      "user_agent /metadata/userAgent string sensitive",
      "external_id /metadata/externalId string",
      "created_at /metadata/createdAt string date_time",
      "price /metadata/price number",
      "user_id /metadata/userId string",
      "first_name /contact/firstName string sensitive",
      "last_name /contact/lastName string sensitive",
      "address /contact/streetAddress/line1 string sensitive",
      "address.line1 /contact/streetAddress/line1 string sensitive",
      "address.line2 /contact/streetAddress/line2 string sensitive",
      "address.city /contact/streetAddress/city string sensitive",
      "address.state /contact/streetAddress/state string sensitive",
      "address.province /contact/streetAddress/province string sensitive",
      "address.region /contact/streetAddress/region string sensitive",
      "address.postal_code /contact/streetAddress/postalCode string sensitive",
      "postcode /contact/streetAddress/postalCode string sensitive",
      "address.country /contact/streetAddress/country string sensitive",
      "address.additional_info /contact/streetAddress/additionalInfo string sensitive",
      "phone.number /contact/phone/number string sensitive",
      "phone.lookup.id /contact/phone/lookup/id string sensitive",
      "phone.lookup.created_at /contact/phone/lookup/createdAt string date_time sensitive",
      "phone.lookup.modified_at /contact/phone/lookup/modifiedAt string date_time sensitive",
      "phone.lookup.number /contact/phone/lookup/number string sensitive",
      "phone.lookup.is_valid /contact/phone/lookup/isValid boolean sensitive",
      "phone.lookup.location.location /contact/phone/lookup/location/location string sensitive",
      "phone.lookup.location.state /contact/phone/lookup/location/state string sensitive",
      "phone.lookup.location.country_code /contact/phone/lookup/location/countryCode string sensitive",
      "email /contact/email string sensitive",
      "height /customer/height number sensitive",
      "weight /customer/weight number sensitive",
      "date_of_birth /customer/birthDate string date sensitive",
      "income /customer/income number sensitive",
      "is_homeowner /customer/isHomeowner boolean sensitive",
      "months_at_residence /customer/monthsAtResidence number sensitive",
      "credit_score /customer/creditScore number convert sensitive",
      "has_bankruptcy /customer/hasBankruptcy boolean sensitive",
      "number_of_dependents /customer/numberOfDependents number sensitive",
      "has_medical_condition /customer/hasMedicalCondition boolean sensitive",
  };
  EXPECT_THAT(field_words("leadping"), ElementsAreArray(fields));
  EXPECT_THAT(open_places("leadping"), IsEmpty());
}

TEST(leadping_definition, body_has_the_three_objects_of_the_page_after_the_id) {
  std::vector<std::string> names;
  for (const body_node& node : embedded("leadping")->inside().body.children) names.push_back(node.name);
  EXPECT_THAT(names, ElementsAre("id", "metadata", "contact", "customer"));
}

TEST(orwel_definition, call_and_auth_are_the_pages) {
  const auto made = embedded("orwel");
  EXPECT_EQ(made->title(), "Orwel");
  EXPECT_EQ(made->base_url(), "https://api.orwel.io");
  EXPECT_EQ(made->method(), "PATCH");
  EXPECT_EQ(target_of("orwel"), "/api/v1/leads/{id}");
  EXPECT_EQ(made->auth().header, "Authorization");
  EXPECT_EQ(made->auth().value, "Bearer {credential}");
  EXPECT_EQ(made->inside().identifiers[by_id].format, text_format::uuid);
  EXPECT_FALSE(made->inside().replaces);
  EXPECT_TRUE(made->inside().repeatable);
  EXPECT_EQ(made->inside().clear, clear_as::null);
}

TEST(orwel_definition, fields_are_the_pages) {
  EXPECT_THAT(field_words("orwel"), ElementsAre("properties /properties object sensitive",  //
                                                "location /location object sensitive",      //
                                                "summary /summary object sensitive",        //
                                                "company_id /company_id string uuid"));
}

TEST(orwel_definition, limits_and_their_headers_are_the_pages) {
  EXPECT_THAT(embedded("orwel")->limits(), ElementsAre(limit{1000, std::chrono::minutes{1}}));
  ASSERT_TRUE(embedded("orwel")->inside().told_limits);
  const limit_headers& headers = *embedded("orwel")->inside().told_limits;
  EXPECT_EQ(headers.remaining, "X-RateLimit-Remaining");
  EXPECT_EQ(headers.reset, "X-RateLimit-Reset");
  EXPECT_EQ(headers.reset_as, reset_unit::unix_seconds);
}

/// Each leaf of the body is some field's or identifier's, and each field knows a leaf.
TEST(definitions, fields_and_leaves_belong_together) {
  for (const std::string_view name : {"perch", "leadpro", "octanist", "leadping", "orwel"}) {
    SCOPED_TRACE(name);
    const definition::parts& parts = embedded(name)->inside();
    std::vector<int> filled(static_cast<std::size_t>(parts.leaves), 0);
    for (const field& one : parts.fields) {
      ASSERT_GE(one.leaf, 0) << one.canonical;
      ASSERT_LT(one.leaf, parts.leaves) << one.canonical;
      ++filled[static_cast<std::size_t>(one.leaf)];
    }
    EXPECT_FALSE(parts.source.empty());
  }
}

}  // namespace
}  // namespace leadrelay::providers
