// What is the same change, and the same topic: letters that a worker has written twice, and topics that were made anew or compacted.
#include <gmock/gmock.h>

#include "support/dead_letters.hpp"
#include "support/environment.hpp"
#include "support/kafka_reader.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string lead(unsigned number) { return uuid_of(number); }

kafka_record change(unsigned of, const std::string& id) {
  return lead_change{id, dead_letter_world::account, lead(of), R"({"properties":{"seq":1}})", "", ""}.record();
}

/// A letter of a change that lay at this place of the source at that time.
kafka_record letter(dead_letter_world& of, const kafka_record& change, std::int64_t offset, const std::string& time,
                    const std::string& reason = "rejected") {
  kafka_record out = dead_letter_of(change, of.world().topic(), 0, offset, dead_letter_world::account, reason);
  if (!time.empty()) out.headers.emplace_back("leadrelay.timestamp", time);
  return out;
}

const char* const long_ago = "2020-01-01T00:00:00.000Z";

TEST(dead_letters_replay, a_change_with_two_letters_is_replayed_once) {
  dead_letter_world dead("twice", 1);
  dead.write_dead(lead(1), "e1");
  dead.world().writer().write(dead.world().dead_topic(), letter(dead, change(1, "e1"), 0, "", "not_found"));
  dead.flush();
  const auto ran = dead.run("replay", {"--json"});
  EXPECT_THAT(members_of(ran.output, "not_replayed", "why"), ElementsAre("repeated")) << ran.error;
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("e1"));
  const auto other = dead.run("replay", {"--reason", "not_found"});
  EXPECT_THAT(other.output, HasSubstr("1 not replayed: another letter of the same change has been replayed"));
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("e1"));
  dead.run("replay", {"--again"});
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("e1", "e1"));
}

TEST(dead_letters_replay, letters_of_a_source_that_was_made_anew_are_told_and_left) {
  dead_letter_world dead("anew-source", 1);
  dead.write_change(lead(1), "delivered");
  dead.write_change(lead(2), "delivered-too");
  dead.world().writer().write(dead.world().dead_topic(), letter(dead, change(3, "former"), 0, long_ago));
  dead.flush();
  const auto ran = dead.run("replay", {"--json"});
  EXPECT_THAT(members_of(ran.output, "not_replayed", "why"), ElementsAre("unchecked")) << ran.error;
  EXPECT_THAT(dead.replayed_ids(), IsEmpty());
  dead.run("replay", {"--unchecked"});
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("former"));
}

TEST(dead_letters_replay, a_letter_of_the_former_source_makes_no_change_of_the_new_one_a_dead_one) {
  dead_letter_world dead("anew-newer", 1);
  dead.write_dead(lead(1), "old");
  dead.write_change(lead(1), "delivered");
  dead.world().writer().write(dead.world().dead_topic(), letter(dead, change(9, "former"), 1, long_ago));
  dead.flush();
  const auto ran = dead.run("replay", {"--json"});
  EXPECT_THAT(members_of(ran.output, "not_replayed", "why"), UnorderedElementsAre("newer_change", "unchecked")) << ran.error;
  EXPECT_THAT(dead.replayed_ids(), IsEmpty());
}

TEST(dead_letters_replay, a_topic_that_lost_its_last_replayed_letter_to_compaction_is_the_same_topic) {
  dead_letter_world dead("compacted", 1);
  dead.world().admin().delete_topic(dead.world().dead_topic());
  ASSERT_TRUE(eventually(seconds{10}, [&] { return !dead.world().admin().topic_exists(dead.world().dead_topic()); }));
  dead.world().admin().create_topic(dead.world().dead_topic(), 1,
                                    {{"cleanup.policy", "compact"}, {"segment.ms", "100"}, {"min.cleanable.dirty.ratio", "0.001"}});
  dead.write_dead(lead(1), "e1");
  dead.write_dead(lead(2), "e2");
  dead.flush();
  ASSERT_EQ(dead.run("replay").code, 0);
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("e1", "e2"));
  // The same lead's, and its record's key.
  std::int64_t next = 2;
  const auto is_compacted = [&] {
    dead.world().writer().write(dead.world().topic(), change(2, "e3"));
    dead.world().writer().write(dead.world().dead_topic(), letter(dead, change(2, "e3"), (next += 2), ""));
    dead.flush();
    return read_topic(dead.world().bootstrap(), dead.world().dead_topic()).at(1).offset > 1;
  };
  ASSERT_TRUE(eventually(seconds{60}, is_compacted, std::chrono::milliseconds{500}));
  const auto ran = dead.run("replay", {"--dry-run"});
  EXPECT_EQ(ran.code, 0) << ran.error;
  EXPECT_THAT(dead.run("list").error, IsEmpty());
}

TEST(dead_letters_replay, bytes_of_any_kind_come_back_as_they_were) {
  dead_letter_world dead("bytes", 1);
  const std::string binary("\0\xff\x80 \r\n\x1b[2J", 10);
  const std::vector<kafka_record> originals{
      {std::nullopt, std::nullopt, {}},                                          // a tombstone of nobody
      {"", "", {{"", binary}, {"a", "1"}, {"a", std::nullopt}, {"a", binary}}},  // names twice and none
      {binary, binary, {{"content-type", "application/protobuf"}}},
      {"large", std::string(6 << 20, 'x'), {{"traceparent", ""}}},
  };
  for (std::size_t at = 0; at < originals.size(); ++at) {
    kafka_record change = originals[at];
    change.partition = 0;
    dead.world().writer().write(dead.world().topic(), change);
    dead.world().writer().write(dead.world().dead_topic(), letter(dead, change, static_cast<std::int64_t>(at), "", "undecodable"));
  }
  dead.flush();
  const auto ran = dead.run("replay");
  EXPECT_EQ(ran.code, 0) << ran.error;
  const auto replayed = dead.replayed();
  ASSERT_EQ(replayed.size(), originals.size()) << ran.output;
  for (std::size_t at = 0; at < originals.size(); ++at) {
    auto headers = originals[at].headers;
    headers.emplace_back("leadrelay.replays", "1");
    headers.emplace_back("leadrelay.replayed_from", dead.world().topic() + "/0/" + std::to_string(at));
    EXPECT_EQ(replayed[at].key, originals[at].key) << at;
    EXPECT_TRUE(replayed[at].value == originals[at].value) << at;
    EXPECT_EQ(replayed[at].headers, headers) << at;
  }
}

TEST(dead_letters_replay, what_the_source_is_too_small_for_is_told_and_the_others_are_replayed_once) {
  dead_letter_world dead("large", 1);
  dead.world().admin().delete_topic(dead.world().topic());
  ASSERT_TRUE(eventually(seconds{10}, [&] { return !dead.world().admin().topic_exists(dead.world().topic()); }));
  dead.world().admin().create_topic(dead.world().topic(), 1, {{"max.message.bytes", "3000"}});
  for (unsigned number = 0; number < 9; ++number) {
    dead.write_dead(lead(number), "e" + std::to_string(number));
    dead.flush();  // a batch of several is too large
  }
  kafka_record large = change(20, "large");
  large.headers = {{"x", std::string(5000, 'x')}};
  dead.world().writer().write(dead.world().dead_topic(), letter(dead, large, 4, "1999-01-01T00:00:00.000Z"));
  dead.write_dead(lead(30), "last");
  dead.flush();
  const auto ran = dead.run("replay", {"--json", "--unchecked"});
  EXPECT_EQ(ran.code, 0) << ran.error;
  EXPECT_THAT(members_of(ran.output, "not_replayed", "why"), ElementsAre("too_large")) << ran.error;
  const auto ids = dead.replayed_ids();
  EXPECT_THAT(ids, UnorderedElementsAre("e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "last"));
  EXPECT_THAT(members_of(dead.run("replay", {"--json", "--unchecked"}).output, "summary", "replayed"), ElementsAre("0"));
  EXPECT_EQ(dead.replayed_ids(), ids);
}

TEST(dead_letters_replay, letters_of_a_source_that_is_gone_are_told_and_left) {
  dead_letter_world dead("gone", 1);
  dead.write_dead(lead(1), "e");
  dead.flush();
  dead.world().admin().delete_topic(dead.world().topic());
  ASSERT_TRUE(eventually(seconds{10}, [&] { return !dead.world().admin().topic_exists(dead.world().topic()); }));
  const auto ran = dead.run("replay");
  dead.world().admin().create_topic(dead.world().topic(), 1);
  EXPECT_EQ(ran.code, 0) << ran.error;
  EXPECT_THAT(ran.output, HasSubstr("1 not replayed: their change lay in a topic"));
  EXPECT_THAT(ran.output, HasSubstr("the brokers do not have any more"));
}

/// At one a second the hindered ones alone took half a minute.
TEST(dead_letters_replay, letters_that_are_left_take_nothing_of_the_speed) {
  dead_letter_world dead("speed", 1);
  for (unsigned number = 0; number < 30; ++number) dead.write_dead(lead(1), "old" + std::to_string(number));
  dead.write_change(lead(1), "delivered");
  dead.write_dead(lead(2), "e");
  dead.flush();
  process replay(dead.arguments("replay", {"--rate", "1/s"}));
  const auto ended = replay.wait(seconds{20});
  ASSERT_TRUE(ended) << replay.standard_error();
  EXPECT_EQ(ended->code, 0);
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("e"));
}

/// Whose turn would come an hour after the last one's.
TEST(dead_letters_replay, after_the_last_letter_nothing_is_waited_for) {
  dead_letter_world dead("last", 1);
  dead.write_dead(lead(1), "e");
  dead.write_dead(lead(2), "later");
  dead.flush();
  for (const std::vector<std::string>& wanted : {std::vector<std::string>{"--limit", "1"}, std::vector<std::string>{}}) {
    std::vector<std::string> options = wanted;
    options.insert(options.end(), {"--rate", "1/h"});
    process replay(dead.arguments("replay", options));
    const auto ended = replay.wait(seconds{20});
    ASSERT_TRUE(ended) << replay.standard_error();
    EXPECT_EQ(ended->code, 0);
  }
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("e", "later"));
}

}  // namespace
}  // namespace leadrelay::integration
