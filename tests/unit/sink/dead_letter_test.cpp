#include "sink/dead_letter.hpp"

#include <map>

#include <gmock/gmock.h>

#include "unit/sink/record_with.hpp"

namespace leadrelay::sink {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

wall_time at(std::int64_t ms) { return wall_time(std::chrono::milliseconds(ms)); }

std::multimap<std::string, std::optional<std::string>> headers_of(const kafka::outgoing_record& letter) {
  std::multimap<std::string, std::optional<std::string>> headers;
  for (const auto& header : letter.headers) headers.emplace(header.name, header.value);
  return headers;
}

dead_letter_context full_context() {
  return {.reason = reason::rejected,
          .detail = "why",
          .account = "acme",
          .provider = "perch",
          .event_id = "01J",
          .attempts = 3,
          .first_attempt = at(1'795'255'200'001),
          .last_attempt = at(1'795'255'260'500),
          .http_status = 422,
          .response = "{\"e\":1}"};
}

TEST(make_dead_letter, has_the_whole_context_as_text) {
  const auto record = record_with({});
  const auto letter = make_dead_letter(record, full_context(), "dead");
  EXPECT_EQ(letter.topic, "dead");
  EXPECT_FALSE(letter.partition);
  EXPECT_THAT(headers_of(letter),
              ElementsAre(Pair("leadrelay.account", "acme"), Pair("leadrelay.attempts", "3"), Pair("leadrelay.detail", "why"),
                          Pair("leadrelay.event_id", "01J"), Pair("leadrelay.first_attempt", "2026-11-21T10:00:00.001Z"),
                          Pair("leadrelay.http_status", "422"), Pair("leadrelay.last_attempt", "2026-11-21T10:01:00.500Z"),
                          Pair("leadrelay.offset", "42"), Pair("leadrelay.partition", "3"), Pair("leadrelay.provider", "perch"),
                          Pair("leadrelay.reason", "rejected"), Pair("leadrelay.response", "{\"e\":1}"),
                          Pair("leadrelay.timestamp", "2026-11-21T10:00:00.000Z"), Pair("leadrelay.topic", "lead-changes")));
}

TEST(make_dead_letter, headers_without_a_value_are_absent) {
  auto record = record_with({});
  record.timestamp_ms = -1;
  const auto letter = make_dead_letter(record, {.reason = reason::undecodable}, "dead");
  EXPECT_THAT(headers_of(letter), ElementsAre(Pair("leadrelay.offset", "42"), Pair("leadrelay.partition", "3"),
                                              Pair("leadrelay.reason", "undecodable"), Pair("leadrelay.topic", "lead-changes")));
}

TEST(make_dead_letter, key_and_value_are_the_originals_bytes) {
  const std::string binary("\0\xff\x80", 3);
  const auto record = record_with({}, binary, binary);
  const auto letter = make_dead_letter(record, {}, "dead");
  EXPECT_EQ(letter.key, binary);
  EXPECT_EQ(letter.value, binary);
}

TEST(make_dead_letter, absent_stays_absent_and_empty_stays_empty) {
  const auto absent = record_with({{"a", std::nullopt}, {"b", ""}}, std::nullopt, std::nullopt);
  const auto letter = make_dead_letter(absent, {}, "dead");
  EXPECT_EQ(letter.key, std::nullopt);
  EXPECT_EQ(letter.value, std::nullopt);
  EXPECT_EQ(letter.headers[0].value, std::nullopt);
  EXPECT_EQ(letter.headers[1].value, "");
  const auto empty = record_with({}, "", "");
  EXPECT_EQ(make_dead_letter(empty, {}, "dead").key, "");
  EXPECT_EQ(make_dead_letter(empty, {}, "dead").value, "");
}

TEST(make_dead_letter, original_headers_are_kept_in_order_with_their_repeats) {
  const auto record = record_with({{"b", "1"}, {"a", "2"}, {"b", "3"}, {"leadrelay.other", "4"}, {"", "5"}});
  const auto letter = make_dead_letter(record, {}, "dead");
  EXPECT_EQ(letter.headers[0].name, "b");
  EXPECT_EQ(letter.headers[1].name, "a");
  EXPECT_EQ(letter.headers[2].value, "3");
  EXPECT_EQ(letter.headers[3].name, "leadrelay.other");
  EXPECT_EQ(letter.headers[4].name, "");
}

TEST(make_dead_letter, an_earlier_letters_context_is_overwritten_and_its_replays_carried_on) {
  const auto record = record_with({{"leadrelay.reason", "rejected"},
                                   {"leadrelay.reason", "too_old"},
                                   {"LeadRelay.Response", "old"},
                                   {"leadrelay.http_status", "500"},
                                   {"leadrelay.replays", "1"},
                                   {"leadrelay.replays", "2"},
                                   {"leadrelay.topic", "elsewhere"},
                                   {"leadrelay.replayed_from", "lead-changes/3/7"},
                                   {"kept", "x"}});
  const auto letter = make_dead_letter(record, {.reason = reason::not_found}, "dead");
  const auto headers = headers_of(letter);
  EXPECT_THAT(letter.headers, SizeIs(8));
  EXPECT_EQ(headers.find("leadrelay.replayed_from")->second, "lead-changes/3/7");
  EXPECT_EQ(headers.find("leadrelay.reason")->second, "not_found");
  EXPECT_EQ(headers.find("leadrelay.replays")->second, "2");
  EXPECT_EQ(headers.count("leadrelay.replays"), 1u);
  EXPECT_EQ(headers.find("leadrelay.topic")->second, "lead-changes");
  EXPECT_EQ(headers.count("leadrelay.http_status"), 0u);
  EXPECT_EQ(headers.count("LeadRelay.Response"), 0u);
  EXPECT_EQ(headers.find("kept")->second, "x");
}

TEST(make_dead_letter, the_context_is_capped_at_code_points) {
  std::string umlauts;
  for (int n = 0; n < 3000; ++n) umlauts += "\xc3\xa4";
  auto context = full_context();
  context.detail = context.account = context.provider = context.event_id = context.response = "x" + umlauts;
  const auto record = record_with({{"leadrelay.replays", umlauts}});
  const auto letter = make_dead_letter(record, context, "dead");
  std::size_t total = 0;
  for (const auto& header : letter.headers) total += header.name.size() + header.value->size();
  EXPECT_LE(total, most_context_bytes);
  const auto response = *headers_of(letter).find("leadrelay.response")->second;
  EXPECT_EQ(response.size(), 1023u);
  EXPECT_EQ(response.substr(0, 3), "x\xc3\xa4");
}

TEST(make_dead_letter, bytes_that_are_no_text_are_made_readable) {
  auto context = full_context();
  context.response.assign("\xff\x00 ok", 5);
  context.response.append(5000, '\xfe');
  const auto letter = make_dead_letter(record_with({}), context, "dead");
  const auto response = *headers_of(letter).find("leadrelay.response")->second;
  EXPECT_EQ(response.substr(0, 11), "\\xFF\\x00 ok");
  EXPECT_LE(response.size(), 1024u);
}

TEST(make_dead_letter, what_the_topic_refuses_as_too_large_is_cut_to_half_each_time_and_says_so) {
  auto record = events::copy_record("key", std::string(1000, 'v'), {{"h", "1"}});
  for (const auto& [refused, left] : {std::pair{1, 500u}, std::pair{2, 250u}, std::pair{10, 0u}}) {
    const auto letter = make_dead_letter(record, full_context(), "dead", refused);
    EXPECT_EQ(letter.key, "key");
    EXPECT_EQ(letter.value->size(), left);
    EXPECT_EQ(headers_of(letter).find("h")->second, "1");
    EXPECT_EQ(headers_of(letter).find("leadrelay.truncated")->second, "1000");
  }
  const auto bare = make_dead_letter(record, full_context(), "dead", most_halvings + 1);
  EXPECT_EQ(headers_of(bare).count("h"), 0u);
  EXPECT_EQ(headers_of(bare).find("leadrelay.reason")->second, "rejected");
  EXPECT_EQ(headers_of(make_dead_letter(record, full_context(), "dead")).count("leadrelay.truncated"), 0u);
}

TEST(is_context_header, knows_its_names_in_any_case) {
  EXPECT_TRUE(is_context_header("leadrelay.replayed_from"));
  EXPECT_TRUE(is_context_header("leadrelay.detail"));
  EXPECT_TRUE(is_context_header("LEADRELAY.HTTP_STATUS"));
  EXPECT_FALSE(is_context_header("leadrelay.detail2"));
  EXPECT_FALSE(is_context_header("leadrelay."));
  EXPECT_FALSE(is_context_header(""));
}

}  // namespace
}  // namespace leadrelay::sink
