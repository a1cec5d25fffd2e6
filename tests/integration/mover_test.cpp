// Moves against a real broker: all of a move is there, or nothing.
#include <gmock/gmock.h>

#include "kafka/group_membership.hpp"
#include "kafka/mover_work.hpp"
#include "kafka/visible_record.hpp"
#include "kafka_client_world.hpp"

namespace leadrelay::integration {
namespace {

using kafka::group_metadata_handle;
using kafka::member;
using kafka::move;
using kafka::mover_work;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class a_mover : public testing::Test {
 protected:
  a_mover() { admin.create_topic(names.source, 2); }

  /// A member that has both partitions, and its mover.
  void join() {
    owner = std::make_unique<member>(loop, names.source, given);
    ASSERT_TRUE(loop.run_until([this] { return owner->seen.held.size() == 2; }, 60s)) << told(owner->seen);
    of_owner = *make_mover(loop.on(), given, *owner->made);
  }

  group_metadata_handle membership() const {
    auto found = kafka::membership_of(dynamic_cast<kafka::librdkafka_consumer&>(*owner->made).client());
    return found ? std::move(*found) : nullptr;
  }

  move move_of(std::vector<std::string> values, std::int64_t next) const {
    move made{.topics = {{names.parked, 2}}, .records = {}, .offsets = {{{names.source, 0}, next, "settled: 3,5"}}};
    for (const std::string& value : values) made.records.push_back(record_of(value));
    return made;
  }

  committed_offset committed() { return admin.committed(names.group, names.source).at(0); }

  kafka_names names;
  kafka::properties given = properties_of_group(names.group);
  kafka_admin admin{kafka_bootstrap()};
  kafka::test_loop loop;
  std::unique_ptr<member> owner;
  std::unique_ptr<kafka::mover> of_owner;
};

TEST_F(a_mover, writes_the_records_and_commits_the_offsets_with_their_metadata) {
  ASSERT_NO_FATAL_FAILURE(join());
  move what = move_of({"a", "b"}, 7);
  what.records.push_back({.topic = 0, .partition = 1, .key = {}, .value = {}, .headers = {}});
  const auto result = run_move(loop, *of_owner, what);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, "");
  EXPECT_THAT(result->next_offsets, ElementsAre(1, 2, 1));
  EXPECT_FALSE(of_owner->busy());
  EXPECT_EQ(committed().next, 7);
  EXPECT_EQ(committed().metadata, "settled: 3,5");

  std::vector<kafka_record> records;
  ASSERT_TRUE(eventually(10s, [&] { return (records = read_topic(kafka_bootstrap(), names.parked)).size() == 3; }));
  EXPECT_EQ(records[0].value, "a");
  EXPECT_EQ(records[0].key, "key of a");
  EXPECT_EQ(records[0].header("kind"), "moved");
  EXPECT_THAT(records[0].headers, SizeIs(2));
  EXPECT_EQ(records[2].partition, 1);
  EXPECT_FALSE(records[2].key || records[2].value);
  EXPECT_EQ(admin.partition_count(names.parked), 2) << "made by the move";

  const auto next = run_move(loop, *of_owner, move_of({"c"}, 9));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->error, "");
  EXPECT_THAT(next->next_offsets, ElementsAre(4)) << "beyond the end of the first transaction, which has an offset";
  EXPECT_EQ(committed().next, 9);
}

TEST_F(a_mover, moves_many_records_through_a_small_queue) {
  given.push_back({"queue.buffering.max.messages", "100"});
  ASSERT_NO_FATAL_FAILURE(join());
  move what = move_of({}, 5);
  for (int number = 0; number < 5000; ++number) what.records.push_back(record_of("v" + std::to_string(number), number % 2));
  const auto result = run_move(loop, *of_owner, what);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, "");
  ASSERT_THAT(result->next_offsets, SizeIs(5000));
  EXPECT_EQ(result->next_offsets[4999], 2500);
  EXPECT_TRUE(eventually(10s, [&] { return values_in(names.parked).size() == 5000; }));
}

TEST_F(a_mover, of_a_generation_that_has_passed_writes_nothing_and_commits_nothing) {
  ASSERT_NO_FATAL_FAILURE(join());
  const group_metadata_handle old = membership();
  ASSERT_TRUE(loop.run(owner->made->close(5s)));
  owner = std::make_unique<member>(loop, names.source, given);
  ASSERT_TRUE(loop.run_until([this] { return owner->seen.held.size() == 2; })) << told(owner->seen);

  kafka::work_limit limit;
  mover_work zombie(given, kafka::make_transactional_id(given), limit);
  const auto refused = zombie.perform(move_of({"a"}, 7), *old);
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->error, testing::AnyOf(StartsWith("ILLEGAL_GENERATION"), StartsWith("UNKNOWN_MEMBER_ID")));
  EXPECT_THAT(refused->next_offsets, IsEmpty());
  EXPECT_THAT(values_in(names.parked), IsEmpty());
  EXPECT_EQ(committed().next, -1);

  const auto accepted = zombie.perform(move_of({"b"}, 8), *membership());
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->error, "") << "it goes on after a transaction that was rolled back";
  EXPECT_TRUE(eventually(10s, [&] { return values_in(names.parked) == std::vector<std::string>{"b"}; }));
}

TEST_F(a_mover, whose_consumer_is_no_member_moves_nothing) {
  const auto alone = *kafka::make_consumer(loop.on(), given, {names.source});
  const auto mover = *make_mover(loop.on(), given, *alone);
  const auto result = run_move(loop, *mover, move_of({"a"}, 7));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, "the consumer is no member of its group");
  EXPECT_FALSE(admin.topic_exists(names.parked));
  EXPECT_EQ(committed().next, -1);
}

TEST_F(a_mover, that_dies_with_a_transaction_open_leaves_nothing_and_the_next_owner_goes_on) {
  given.push_back({"transaction.timeout.ms", "4000"});
  admin.create_topic(names.parked, 2);
  ASSERT_NO_FATAL_FAILURE(join());
  const move what = move_of({"lost"}, 7);
  {
    kafka::work_limit limit;
    std::vector<std::int64_t> offsets;
    const auto client = *kafka::transactional_client::make(given, kafka::make_transactional_id(given));
    ASSERT_FALSE(client->init(limit, 10s) || client->begin() || client->write(what, limit, offsets));
    ASSERT_FALSE(client->send_offsets(what.offsets, *membership(), limit));
    EXPECT_THAT(offsets, ElementsAre(1));
  }
  of_owner.reset();
  owner.reset();
  given.push_back({"group.instance.id", "next"});
  ASSERT_NO_FATAL_FAILURE(join());
  for (const auto& partition : owner->seen.assigned_calls.at(0)) EXPECT_EQ(partition.committed, -1);
  const auto result = run_move(loop, *of_owner, move_of({"kept"}, 8));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, "");
  EXPECT_TRUE(eventually(10s, [&] { return values_in(names.parked) == std::vector<std::string>{"kept"}; }));
  EXPECT_EQ(committed().next, 8);
}

TEST_F(a_mover, of_a_record_too_large_for_the_topic_moves_nothing_and_works_for_the_next) {
  admin.create_topic(names.parked, 2, {{"max.message.bytes", "2000"}});
  ASSERT_NO_FATAL_FAILURE(join());
  const auto result = run_move(loop, *of_owner, move_of({"small", std::string(5000, 'x'), "small too"}, 7));
  ASSERT_TRUE(result);
  EXPECT_THAT(result->error, AllOf(StartsWith("MSG_SIZE_TOO_LARGE"), HasSubstr(names.parked)));
  EXPECT_FALSE(result->may_work_later);
  EXPECT_THAT(values_in(names.parked), IsEmpty());
  EXPECT_EQ(committed().next, -1);
  const auto next = run_move(loop, *of_owner, move_of({"small"}, 8));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->error, "");
  EXPECT_TRUE(eventually(10s, [&] { return values_in(names.parked) == std::vector<std::string>{"small"}; }));
}

TEST_F(a_mover, makes_a_topic_for_records_of_the_size_asked_for_whatever_the_brokers_own_bound_is) {
  ASSERT_NO_FATAL_FAILURE(join());
  constexpr std::uint64_t megabyte = 1 << 20;
  move what = move_of({std::string(2 * megabyte, 'x')}, 7);
  what.records[0].key = "of a large one";
  what.topics[0].largest_record = 2 * megabyte;
  const auto result = run_move(loop, *of_owner, what);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, "");
  EXPECT_EQ(committed().next, 7);
  const auto larger = run_move(loop, *of_owner, move_of({std::string(4 * megabyte, 'x')}, 8));
  ASSERT_TRUE(larger);
  EXPECT_THAT(larger->error, StartsWith("MSG_SIZE_TOO_LARGE")) << "though the brokers take 10 MiB elsewhere";
}

TEST_F(a_mover, of_records_too_large_for_the_topic_only_together_moves_them) {
  admin.create_topic(names.parked, 2, {{"max.message.bytes", "2000"}});
  ASSERT_NO_FATAL_FAILURE(join());
  const auto result = run_move(loop, *of_owner, move_of({std::string(700, 'x'), std::string(700, 'y'), std::string(700, 'z')}, 7));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, "");
  EXPECT_TRUE(eventually(10s, [&] { return values_in(names.parked).size() == 3; }));
  EXPECT_EQ(committed().next, 7);
}

TEST_F(a_mover, of_a_topic_with_too_few_partitions_says_so) {
  admin.create_topic(names.parked, 1);
  ASSERT_NO_FATAL_FAILURE(join());
  const auto result = run_move(loop, *of_owner, move_of({"a"}, 7));
  ASSERT_TRUE(result);
  EXPECT_THAT(result->error, HasSubstr("has 1 partitions and needs 2"));
  EXPECT_FALSE(result->may_work_later);
  EXPECT_THAT(run_check(loop, *of_owner, {{names.parked, 2}}), testing::Optional(ElementsAre(HasSubstr("has 1 partitions and needs 2"))));
}

TEST_F(a_mover, that_may_not_read_a_topic_moves_nothing_there_and_says_so) {
  admin.create_topic(names.parked, 2);
  admin.deny_reading(names.parked);
  ASSERT_NO_FATAL_FAILURE(join());
  const auto refused = AllOf(StartsWith("TOPIC_AUTHORIZATION_FAILED"), HasSubstr(names.parked), HasSubstr("--operation Read"));
  move what = move_of({"a"}, 7);
  what.topics.push_back(what.topics.front());  // as for each account's partitions
  const auto result = run_move(loop, *of_owner, what);
  ASSERT_TRUE(result);
  EXPECT_THAT(result->error, refused);
  EXPECT_FALSE(result->may_work_later);
  EXPECT_EQ(committed().next, -1);
  EXPECT_THAT(admin.end_offsets(names.parked), ElementsAre(0, 0));
  EXPECT_THAT(run_check(loop, *of_owner, {{names.parked, 2}}), testing::Optional(ElementsAre(refused)));
}

TEST_F(a_mover, that_checks_finds_nothing_wrong_and_makes_nothing) {
  ASSERT_NO_FATAL_FAILURE(join());
  EXPECT_THAT(run_check(loop, *of_owner, {{names.source, 2}, {names.parked, 2}}), testing::Optional(IsEmpty()));
  EXPECT_FALSE(admin.topic_exists(names.parked));
}

TEST_F(a_mover, that_checks_many_topics_says_what_is_wrong_with_each_and_makes_none) {
  admin.create_topic(names.parked + ".enough", 2);
  admin.create_topic(names.parked + ".few", 1);
  ASSERT_NO_FATAL_FAILURE(join());
  std::vector<kafka::needed_topic> topics{{names.parked + ".few", 2}, {names.parked + ".enough", 2}};
  for (int number = 0; number < 600; ++number) topics.push_back({names.parked + "." + std::to_string(number), 2});
  topics.push_back({names.parked + ".no name at all", 2});
  EXPECT_THAT(run_check(loop, *of_owner, topics),
              testing::Optional(ElementsAre(HasSubstr("has 1 partitions and needs 2"), HasSubstr("no name at all"))));
  for (const char* number : {".0", ".499", ".500", ".599"}) EXPECT_FALSE(admin.topic_exists(names.parked + number)) << number;
}

TEST_F(a_mover, closed_within_a_move_tells_nothing) {
  ASSERT_NO_FATAL_FAILURE(join());
  bool told_anything = false;
  of_owner->begin(move_of({"a"}, 7), [&](const kafka::move_result&) { told_anything = true; });
  EXPECT_TRUE(of_owner->busy());
  of_owner->close(5s);
  loop.run_for(200ms);
  EXPECT_FALSE(told_anything);
  EXPECT_FALSE(of_owner->busy());
}

// --- What has come of a transaction ---------------------------------------------------------------------------------------------------

class a_written_record : public testing::Test {
 protected:
  a_written_record() {
    admin.create_topic(names.parked, 1);
    client = *kafka::transactional_client::make(given, id);
    EXPECT_FALSE(client->init(limit, 10s) || client->begin());
    const move what{.topics = {{names.parked, 1}}, .records = {record_of("v")}, .offsets = {}};
    EXPECT_FALSE(client->write(what, limit, offsets));
  }
  std::optional<bool> visible() { return is_visible({names.parked, 0}, offsets.at(0) - 1, given, limit); }

  kafka_names names;
  kafka::properties given = properties_of_group(names.group);
  kafka_admin admin{kafka_bootstrap()};
  kafka::work_limit limit;
  const std::string id = kafka::make_transactional_id(given);
  std::unique_ptr<kafka::transactional_client> client;
  std::vector<std::int64_t> offsets;
};

TEST_F(a_written_record, is_visible_once_committed) {
  EXPECT_TRUE(client->commit(limit));
  EXPECT_EQ(visible(), true);
}

TEST_F(a_written_record, is_invisible_once_aborted) {
  EXPECT_TRUE(client->abort(limit));
  EXPECT_EQ(visible(), false);
}

TEST_F(a_written_record, is_neither_while_its_transaction_is_open_and_invisible_once_another_client_has_its_id) {
  limit.stop(std::chrono::steady_clock::now() + 1s);
  EXPECT_EQ(visible(), std::nullopt);
  kafka::work_limit more;
  const auto next = *kafka::transactional_client::make(given, id);
  EXPECT_FALSE(next->init(more, 10s));
  EXPECT_EQ(is_visible({names.parked, 0}, offsets.at(0) - 1, given, more), false);
  EXPECT_FALSE(client->commit(more)) << "the first client is fenced";
}

}  // namespace
}  // namespace leadrelay::integration
