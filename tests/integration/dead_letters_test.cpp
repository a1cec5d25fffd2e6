// `leadrelay dead-letters` against a real broker: what is listed and shown, and that each dead letter is replayed once, and none over a
// newer change.
#include <gmock/gmock.h>

#include "support/dead_letters.hpp"
#include "support/environment.hpp"
#include "support/kafka_reader.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

std::string lead(unsigned number) { return uuid_of(number); }

TEST(dead_letters_list, counts_by_reason_and_account_and_lists_the_newest) {
  dead_letter_world dead("list");
  for (unsigned number = 0; number < 5; ++number) dead.write_dead(lead(number), "e" + std::to_string(number), 0);
  dead.write_dead(lead(5), "e5", 1, "not_found");
  dead.flush();

  const auto listed = dead.run("list");
  EXPECT_EQ(listed.code, 0) << listed.error;
  EXPECT_THAT(listed.output, HasSubstr(dead.world().dead_topic() + ": 6 dead letters, of which 0 replayed"));
  EXPECT_THAT(listed.output, HasSubstr("The newest 6:"));

  const auto machine = dead.run("list", {"--json", "--limit", "3"});
  EXPECT_THAT(members_of(machine.output, "group", "reason"), ElementsAre("rejected", "not_found"));
  EXPECT_THAT(members_of(machine.output, "group", "count"), ElementsAre("5", "1"));
  EXPECT_THAT(members_of(machine.output, "dead_letter", "offset"), SizeIs(3));

  const auto all = dead.run("list", {"--json", "--all"});
  EXPECT_THAT(members_of(all.output, "dead_letter", "event_id"), ElementsAre("e0", "e1", "e2", "e3", "e4", "e5"));
  const auto one = dead.run("list", {"--json", "--all", "--lead", lead(3)});
  EXPECT_THAT(members_of(one.output, "dead_letter", "event_id"), ElementsAre("e3"));
  const auto missing = dead.run("list", {"--json", "--reason", "not_found", "--account", dead_letter_world::account, "--since", "1h"});
  EXPECT_THAT(members_of(missing.output, "dead_letter", "event_id"), ElementsAre("e5"));
  EXPECT_THAT(dead.run("list", {"--json", "--until", "1h"}).output, IsEmpty());
  for (const char* before_1970 : {"1969-12-31T23:59:59.999Z", "0001-01-01"})
    EXPECT_THAT(members_of(dead.run("list", {"--json", "--since", before_1970}).output, "group", "count"), ElementsAre("5", "1"));
}

TEST(dead_letters_list, a_wrong_option_broker_or_topic_is_named_with_what_would_be_right) {
  dead_letter_world dead("wrong");
  dead.write_dead(lead(1), "e1");
  dead.flush();
  const auto since = dead.run("list", {"--since", "yesterday"});
  EXPECT_EQ(since.code, 2);
  EXPECT_THAT(since.error, HasSubstr("--since: `yesterday`, expected a time as in 2026-11-21T10:00:00Z"));
  const auto account = dead.run("list", {"--account", "acme-orwell"});
  EXPECT_EQ(account.code, 2);
  EXPECT_THAT(account.error, HasSubstr("did you mean `acme-orwel`?"));
  EXPECT_EQ(dead.run("replay", {"--account", "acme-orwell"}).code, 2);
  const auto position = dead.run("show", {"0:99"});
  EXPECT_EQ(position.code, 2);
  EXPECT_THAT(position.error, HasSubstr("`0:99`: partition 0 of topic"));
  EXPECT_THAT(position.error, HasSubstr("holds the offsets from 0 to 0"));
  EXPECT_THAT(dead.run("show", {"7:0"}).error, HasSubstr("has no partition 7, expected one from 0 to 1"));
  EXPECT_THAT(dead.run("show", {"nobody"}).error, HasSubstr("no dead letter is of an event with this id"));

  dead.world().admin().delete_topic(dead.world().dead_topic());
  ASSERT_TRUE(eventually(seconds{10}, [&] { return !dead.world().admin().topic_exists(dead.world().dead_topic()); }));
  const auto topic = dead.run("list");
  EXPECT_EQ(topic.code, 1);
  EXPECT_THAT(topic.error, HasSubstr("there is no topic \"" + dead.world().dead_topic() + "\", expected the dead letters' topic"));

  const temp_dir directory;
  worker_config config = dead.world().config({dead.world().account("acme", "orwel")});
  config.kafka["bootstrap.servers"] = "127.0.0.1:1";
  write_file(directory.file("c.yaml"), config.yaml());
  for (const char* command : {"list", "replay"}) {
    const auto broker = run_command({leadrelay_binary(), "dead-letters", command, "--config", directory.file("c.yaml")});
    EXPECT_EQ(broker.code, 1);
    EXPECT_THAT(broker.error, AllOf(HasSubstr("Connection refused"), HasSubstr("kafka.bootstrap.servers, `127.0.0.1:1`")));
  }
}

TEST(dead_letters_replay, keeps_key_and_headers_counts_and_replays_each_once_whatever_selects_it) {
  dead_letter_world dead("once");
  for (unsigned number = 0; number < 6; ++number)
    dead.write_dead(lead(number), "e" + std::to_string(number), static_cast<std::int32_t>(number % 2),
                    number < 2 ? "not_found" : "rejected");
  dead.flush();

  const auto dry = dead.run("replay", {"--dry-run"});
  EXPECT_THAT(dry.output, StartsWith("6 dead letters matched, 0 replayed before, 6 would be replayed now")) << dry.error;
  EXPECT_THAT(dead.replayed(), IsEmpty());

  const auto some = dead.run("replay", {"--reason", "not_found"});
  EXPECT_EQ(some.code, 0) << some.error;
  EXPECT_THAT(dead.replayed_ids(), UnorderedElementsAre("e0", "e1"));
  const auto rest = dead.run("replay", {"--json"});
  EXPECT_THAT(members_of(rest.output, "summary", "replayed"), ElementsAre("4"));
  EXPECT_THAT(members_of(rest.output, "summary", "already_replayed"), ElementsAre("2"));
  EXPECT_THAT(dead.replayed_ids(), UnorderedElementsAre("e0", "e1", "e2", "e3", "e4", "e5"));
  EXPECT_THAT(dead.run("replay").output, StartsWith("6 dead letters matched, 6 replayed before, 0 replayed now"));
  EXPECT_THAT(dead.replayed(), SizeIs(6));

  const kafka_record first = dead.replayed().front();
  EXPECT_EQ(first.partition, 0);
  EXPECT_EQ(first.key, std::string(dead_letter_world::account) + "/" + lead(0));
  EXPECT_THAT(first.headers, ElementsAre(testing::Pair("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                                         testing::Pair("empty", std::nullopt), testing::Pair("leadrelay.replays", "1"),
                                         testing::Pair("leadrelay.replayed_from", dead.world().topic() + "/0/0")));

  EXPECT_THAT(members_of(dead.run("list", {"--json"}).output, "group", "replayed"), ElementsAre("4", "2"));
  EXPECT_THAT(dead.run("list", {"--open", "--json"}).output, IsEmpty());
  dead.run("replay", {"--again", "--limit", "1"});
  EXPECT_THAT(dead.replayed(), SizeIs(7));
}

TEST(dead_letters_replay, a_newer_change_of_the_lead_is_not_undone) {
  dead_letter_world dead("newer", 1);
  dead.write_dead(lead(1), "old");
  dead.write_dead(lead(2), "older-of-two-dead");
  dead.write_dead(lead(2), "newer-of-two-dead");
  dead.write_dead(lead(3), "alone");
  dead.write_change(lead(1), "delivered");
  dead.flush();

  const auto ran = dead.run("replay");
  EXPECT_EQ(ran.code, 0) << ran.error;
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("older-of-two-dead", "newer-of-two-dead", "alone"));
  EXPECT_THAT(ran.output,
              AllOf(HasSubstr("1 not replayed: their lead has a newer change in the source"), HasSubstr("0:0 (offset 4 is newer)")));
  dead.run("replay", {"--over-newer"});
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("older-of-two-dead", "newer-of-two-dead", "alone", "old"));
}

TEST(dead_letters_replay, a_newer_change_that_may_have_been_applied_is_not_undone) {
  dead_letter_world dead("perhaps", 1);
  dead.write_dead(lead(1), "old");
  dead.write_dead(lead(1), "perhaps", 0, "outcome_unknown");
  dead.flush();
  const auto ran = dead.run("replay", {"--json"});
  EXPECT_THAT(members_of(ran.output, "not_replayed", "why"), UnorderedElementsAre("newer_change", "outcome_unknown"));
  EXPECT_THAT(dead.replayed(), IsEmpty());
}

TEST(dead_letters_replay, a_change_that_comes_while_a_slow_replay_runs_is_not_undone) {
  dead_letter_world dead("meanwhile", 1);
  for (unsigned number = 0; number < 8; ++number) dead.write_dead(lead(number), "e" + std::to_string(number));
  dead.flush();
  process replay(dead.arguments("replay", {"--rate", "2/s", "--json"}));
  ASSERT_TRUE(eventually(seconds{30}, [&] { return !dead.replayed().empty(); })) << replay.standard_error();
  dead.write_change(lead(7), "meanwhile");
  dead.flush();
  const auto ended = replay.wait(seconds{60});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0) << replay.standard_error();
  ASSERT_TRUE(replay.output_lines().wait_for("\"summary\"", std::chrono::steady_clock::now() + seconds{10}));
  EXPECT_THAT(members_of(replay.standard_output(), "not_replayed", "why"), ElementsAre("newer_change"));
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("e0", "e1", "e2", "e3", "e4", "e5", "e6"));
}

TEST(dead_letters_replay, what_was_replayed_is_as_old_as_it_ever_was) {
  dead_letter_world dead("age", 1);
  dead.write_dead(lead(1), "first", 0, "not_found");
  dead.write_dead(lead(1), "second");
  dead.flush();
  dead.run("replay", {"--reason", "rejected"});
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("second"));
  dead.run("replay");  // the second is delivered now, and newer
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("second"));

  dead_letter_world other("age-other", 1);
  other.write_dead(lead(1), "first", 0, "not_found");
  other.write_dead(lead(1), "second");
  other.flush();
  other.run("replay", {"--reason", "not_found"});
  other.run("replay");  // the first lies behind the second now, and is older
  EXPECT_THAT(other.replayed_ids(), ElementsAre("first", "second"));
}

TEST(dead_letters_replay, letters_of_one_lead_go_by_their_age_though_they_lie_in_another_order) {
  dead_letter_world dead("order", 1);
  const kafka_record one = lead_change{"one", dead_letter_world::account, lead(1), R"({"properties":{"seq":1}})", "", ""}.record();
  const kafka_record two = lead_change{"two", dead_letter_world::account, lead(1), R"({"properties":{"seq":2}})", "", ""}.record();
  for (const kafka_record& each : {one, two}) dead.world().writer().write(dead.world().topic(), each);
  const auto letter = [&](const kafka_record& of, std::int64_t offset) {
    dead.world().writer().write(dead.world().dead_topic(),
                                dead_letter_of(of, dead.world().topic(), 0, offset, dead_letter_world::account, "rejected"));
  };
  letter(two, 1);
  letter(one, 0);
  dead.flush();
  dead.run("replay");
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("one", "two"));
  dead.run("replay", {"--again", "--over-newer"});
  EXPECT_EQ(dead.replayed_ids(), (std::vector<std::string>{"one", "two", "one", "two"}));
}

TEST(dead_letters_replay, where_the_source_has_lost_what_came_after_it_says_so) {
  dead_letter_world dead("retention", 1);
  dead.write_dead(lead(1), "gone");
  dead.write_change(lead(9), "between");
  dead.write_dead(lead(2), "there");
  dead.flush();
  dead.world().admin().delete_records(dead.world().topic(), 0, 2);
  const auto ran = dead.run("replay");
  EXPECT_THAT(ran.output, HasSubstr("1 not replayed: the source no longer holds what came after them")) << ran.error;
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("there"));
  dead.run("replay", {"--unchecked"});
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("there", "gone"));
}

TEST(dead_letters_replay, what_cannot_be_replayed_blindly_is_told_and_left) {
  dead_letter_world dead("left", 1);
  dead.write_dead(lead(1), "note", 0, "outcome_unknown");
  const std::int64_t large = dead.write_change(lead(2), "large");
  dead.flush();
  const kafka_record whole = read_topic(dead.world().bootstrap(), dead.world().topic()).at(1);
  kafka_record cut = dead_letter_of(whole, dead.world().topic(), 0, large, dead_letter_world::account, "rejected");
  cut.headers.emplace_back("leadrelay.truncated", std::to_string(whole.value->size()));
  cut.value = whole.value->substr(0, 10);
  dead.world().writer().write(dead.world().dead_topic(), cut);
  cut.value = std::string(10, 'x');  // of another record of that size
  dead.world().writer().write(dead.world().dead_topic(), cut);
  dead.world().writer().write(dead.world().dead_topic(), {"k", "no dead letter", {}});
  dead.world().writer().write(dead.world().dead_topic(), dead_letter_of(whole, "elsewhere", 0, 0, dead_letter_world::account, "rejected"));
  dead.flush();

  const auto ran = dead.run("replay", {"--json"});
  EXPECT_THAT(members_of(ran.output, "not_replayed", "why"), UnorderedElementsAre("outcome_unknown", "no_letter", "other_topic", "cut"));
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("large"));
  dead.run("replay", {"--reason", "outcome_unknown"});
  EXPECT_THAT(dead.replayed_ids(), ElementsAre("large", "note"));
}

TEST(dead_letters_replay, a_topic_made_anew_is_not_taken_for_the_one_before) {
  dead_letter_world dead("anew", 1);
  dead.write_dead(lead(1), "former");
  const std::int64_t offset = dead.write_change(lead(2), "later");
  dead.flush();
  const kafka_record later = read_topic(dead.world().bootstrap(), dead.world().topic()).at(1);
  ASSERT_EQ(dead.run("replay").code, 0);
  dead.world().admin().delete_topic(dead.world().dead_topic());
  ASSERT_TRUE(eventually(seconds{10}, [&] { return !dead.world().admin().topic_exists(dead.world().dead_topic()); }));
  dead.world().admin().create_topic(dead.world().dead_topic(), 1);
  dead.world().writer().write(dead.world().dead_topic(),
                              dead_letter_of(later, dead.world().topic(), 0, offset, dead_letter_world::account, "rejected"));
  dead.flush();
  const auto refused = dead.run("replay");
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.error, AllOf(HasSubstr("0:0 of "), HasSubstr("--anew forgets")));
  EXPECT_THAT(dead.run("list").error, HasSubstr("was that made anew?"));
  EXPECT_EQ(dead.run("replay", {"--anew"}).code, 0);
  EXPECT_EQ(dead.run("replay").code, 0);
  EXPECT_THAT(dead.replayed_ids(), UnorderedElementsAre("former", "later"));
}

TEST(dead_letters_show, the_event_the_request_and_the_definition_are_masked) {
  dead_letter_world dead("show", 1);
  kafka_record change =
      lead_change{"e1", dead_letter_world::account, lead(1), R"({"properties":{"secret":"Amya-Williamson"}})", "", ""}.record();
  change.headers = {{"x-person", "amya@example.com"}};
  dead.world().writer().write(dead.world().topic(), change);
  dead.world().writer().write(dead.world().dead_topic(),
                              dead_letter_of(change, dead.world().topic(), 0, 0, dead_letter_world::account, "rejected"));
  dead.world().writer().write(dead.world().dead_topic(),
                              dead_letter_of({"k", "Amya-Williamson{", {}}, dead.world().topic(), 0, 0, "", "undecodable"));
  dead.flush();
  for (const char* which : {"0:0", "0:1"}) {
    for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{{which}, {which, "--json"}}) {
      const auto shown = dead.run("show", more);
      EXPECT_EQ(shown.code, 0) << shown.error;
      EXPECT_THAT(shown.output, AllOf(Not(HasSubstr("Amya")), Not(HasSubstr("amya@")), Not(HasSubstr("secret-credential"))));
    }
  }
  const auto shown = dead.run("show", {"0:0"});
  EXPECT_THAT(shown.output, AllOf(HasSubstr("reason    rejected: HTTP 422: refused"), HasSubstr(R"("changes":{"properties":"***"})"),
                                  HasSubstr("PATCH "), HasSubstr("HTTP 422: a dead letter rejected"), HasSubstr("headers   x-person")));
  EXPECT_THAT(dead.run("show", {"0:0", "--reveal"}).output, HasSubstr("Amya-Williamson"));
}

TEST(dead_letters, of_an_account_that_was_missing_are_delivered_once_it_is_there) {
  scenario world("story", 2);
  for (unsigned number = 0; number < 10; ++number)
    world.writer().write(world.topic(), lead_change{"e", "late", lead(number), R"({"properties":{"seq":1}})", "", ""}.record());
  world.writer().flush();
  {
    worker_process worker(world.config({world.account("early", "orwel")}));
    ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
    EXPECT_EQ(worker.stop().code, 0);
  }
  const temp_dir directory;
  const worker_config config = world.config({world.account("early", "orwel"), world.account("late", "orwel")});
  write_file(directory.file("c.yaml"), config.yaml());
  const auto listed = run_command({leadrelay_binary(), "dead-letters", "list", "--config", directory.file("c.yaml"), "--json"});
  EXPECT_THAT(members_of(listed.output, "group", "reason"), ElementsAre("unknown_account")) << listed.error;
  EXPECT_THAT(members_of(listed.output, "group", "account"), ElementsAre("late"));
  worker_process worker(config);
  const auto ran = run_command({leadrelay_binary(), "dead-letters", "replay", "--config", directory.file("c.yaml"), "--account", "late"});
  EXPECT_EQ(ran.code, 0) << ran.error;
  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.sandbox().count("orwel", "applied") == 10; })) << worker.log();
  EXPECT_EQ(worker.stop().code, 0);
}

}  // namespace
}  // namespace leadrelay::integration
