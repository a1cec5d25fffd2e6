#include <gmock/gmock.h>

#include "unit/kafka/kafka_world.hpp"

namespace leadrelay::kafka {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class a_rebalance : public testing::Test {
 protected:
  test_loop loop;
};

TEST_F(a_rebalance, waits_for_give_up_and_delivers_nothing_of_what_is_revoked) {
  const std::string topic = fresh_topic(2);
  const std::string group = fresh("group");
  member first(loop, topic, properties_for(group));
  ASSERT_TRUE(loop.run_until([&] { return first.seen.held.size() == 2; }));
  ASSERT_TRUE(write(loop, topic, 0, 10));
  ASSERT_TRUE(write(loop, topic, 1, 10));
  ASSERT_TRUE(loop.run_until([&] { return first.seen.records.size() == 20; }));
  first->commit({{{topic, 0}, 10, "m"}, {{topic, 1}, 10, "m"}});
  ASSERT_TRUE(loop.run_until([&] { return first.seen.commits.size() == 1; }));
  first.seen.gives_up_at_once = false;
  int delivered_while_revoked = 0;
  first.seen.on_each = [&](const events::record& r) { delivered_while_revoked += !first.seen.held.contains({*r.topic, r.partition}); };

  member second(loop, topic, properties_for(group));
  ASSERT_TRUE(loop.run_until([&] { return first.seen.revoked_calls.size() == 1; }));
  EXPECT_THAT(first.seen.revoked_calls[0], SizeIs(2));
  EXPECT_FALSE(first.seen.last_lost);
  ASSERT_TRUE(write(loop, topic, 0, 5, "late"));
  ASSERT_TRUE(write(loop, topic, 1, 5, "late"));
  loop.run_for(1s);
  EXPECT_EQ(delivered_while_revoked, 0);
  EXPECT_THAT(second.seen.held, IsEmpty()) << "the second member waits for the first to give up";

  first->commit({{{topic, 0}, 10, "m"}});
  first->commit({{{topic, 1}, 10, "m"}});
  first.seen.gives_up_at_once = true;  // there may be another rebalance until both have their partition
  first->give_up();
  first->give_up();
  EXPECT_THAT(first.seen.commits, SizeIs(1)) << "the partitions go when these are answered, whatever the answer";
  ASSERT_TRUE(loop.run_until([&] { return first.seen.held.size() == 1 && second.seen.held.size() == 1; }))
      << "first: " << told(first.seen) << "second: " << told(second.seen);
  EXPECT_THAT(first.seen.commits, SizeIs(3));
  // Read on from what was committed; twice where it took another rebalance, to which nothing more was committed.
  std::set<std::pair<std::int32_t, std::int64_t>> late;
  const auto take = [&](const remembering& seen, std::size_t from) {
    for (std::size_t at = from; at < seen.records.size(); ++at) {
      EXPECT_GE(seen.records[at].offset, 10);
      late.emplace(seen.records[at].partition, seen.records[at].offset);
    }
  };
  EXPECT_TRUE(loop.run_until([&] {
    late.clear();
    take(first.seen, 20);
    take(second.seen, 0);
    return late.size() == 10;
  }));
  EXPECT_EQ(delivered_while_revoked, 0);
}

TEST_F(a_rebalance, is_answered_by_one_that_rests_and_what_waited_for_it_goes_to_the_new_owner) {
  const std::string topic = fresh_topic(2);
  const std::string group = fresh("group");
  member first(loop, topic, properties_for(group));
  ASSERT_TRUE(loop.run_until([&] { return first.seen.held.size() == 2; }));
  first->rest(true);
  ASSERT_TRUE(write(loop, topic, 0, 10));
  ASSERT_TRUE(write(loop, topic, 1, 10));
  loop.run_for(300ms);
  member second(loop, topic, properties_for(group));
  ASSERT_TRUE(loop.run_until([&] { return first.seen.held.size() == 1 && second.seen.held.size() == 1; }))
      << "first: " << told(first.seen) << "second: " << told(second.seen);
  EXPECT_TRUE(loop.run_until([&] { return second.seen.records.size() == 10; }));
  EXPECT_THAT(first.seen.records, IsEmpty());
  first->rest(false);
  EXPECT_TRUE(loop.run_until([&] { return first.seen.records.size() == 10; }));
  loop.run_for(300ms);
  EXPECT_THAT(first.seen.records, SizeIs(10)) << "what it had fetched of the other partition is not its own any more";
  EXPECT_THAT(second.seen.records, SizeIs(10));
}

TEST_F(a_rebalance, leaves_no_partition_paused_and_starts_at_the_new_commit) {
  const std::string topic = fresh_topic(2);
  const std::string group = fresh("group");
  ASSERT_TRUE(write(loop, topic, 0, 10));
  ASSERT_TRUE(write(loop, topic, 1, 10));
  member first(loop, topic, properties_for(group));
  ASSERT_TRUE(loop.run_until([&] { return first.seen.records.size() == 20; }));
  first->pause({{topic, 0}, {topic, 1}});
  first->commit({{{topic, 0}, 8, ""}, {{topic, 1}, 8, ""}});
  ASSERT_TRUE(loop.run_until([&] { return first.seen.commits.size() == 1; }));
  member second(loop, topic, properties_for(group));
  ASSERT_TRUE(loop.run_until([&] { return first.seen.held.size() == 1 && second.seen.held.size() == 1; }));
  ASSERT_TRUE(loop.run_until([&] { return second.seen.records.size() >= 2 && first.seen.records.size() >= 22; }));
  EXPECT_EQ(first.seen.records[20].offset, 8);
  EXPECT_EQ(second.seen.records[0].offset, 8);

  // The other member reads on; what it leaves comes back with its commit, not with what this one remembers, paused at once or not.
  const topic_partition its = *second.seen.held.begin();
  const std::size_t read_before = second.seen.records.size();
  ASSERT_TRUE(write(loop, topic, its.partition, 10, "more"));
  ASSERT_TRUE(loop.run_until([&] { return second.seen.records.size() >= read_before + 10; }));
  second->commit({{its, 15, ""}});
  ASSERT_TRUE(loop.run_until([&] { return !second.seen.commits.empty(); }));
  const std::size_t calls = first.seen.assigned_calls.size();
  ASSERT_TRUE(loop.run(second->close(10s)));
  ASSERT_TRUE(loop.run_until([&] { return first.seen.assigned_calls.size() > calls && first.seen.held.size() == 2; }));
  first->pause({its});
  const std::size_t before = first.seen.records.size();
  loop.run_for(300ms);
  first->resume({its});
  ASSERT_TRUE(loop.run_until([&] { return first.seen.records.size() >= before + 5; }));
  std::vector<std::int64_t> offsets;
  for (const auto& record : first.seen.records)
    if (record.partition == its.partition && record.offset >= 10) offsets.push_back(record.offset);
  EXPECT_THAT(offsets, testing::ElementsAre(15, 16, 17, 18, 19));
}

TEST_F(a_rebalance, with_more_members_than_partitions_leaves_one_with_none_and_tells_it) {
  const std::string topic = fresh_topic(1);
  const std::string group = fresh("group");
  member first(loop, topic, properties_for(group));
  ASSERT_TRUE(loop.run_until([&] { return first.seen.held.size() == 1; }));
  member second(loop, topic, properties_for(group));
  EXPECT_TRUE(loop.run_until([&] {
    const bool both_told = first.seen.assigned_calls.size() >= 2 && !second.seen.assigned_calls.empty();
    return both_told && first.seen.held.size() + second.seen.held.size() == 1;
  }));
}

TEST_F(a_rebalance, looks_up_committed_offsets_again_until_the_broker_tells) {
  const std::string topic = fresh_topic(1);
  ASSERT_TRUE(write(loop, topic, 0, 3));
  cluster().inject_errors(9, std::vector<rd_kafka_resp_err_t>(3, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED));
  member reader(loop, topic, properties_for(fresh("group")));
  ASSERT_TRUE(loop.run_until([&] { return reader.seen.records.size() == 3; }));
  EXPECT_TRUE(reader.seen.any_fatal);
  ASSERT_FALSE(reader.seen.errors.empty());
  EXPECT_THAT(reader.seen.errors[0], testing::HasSubstr("GROUP_AUTHORIZATION_FAILED"));
}

/// The cooperative protocol, where the library's is sound: 2.0.2 at times forgets to join again, or aborts in its assignor.
TEST_F(a_rebalance, that_is_cooperative_takes_only_what_moves) {
  const std::string group = fresh("group");
  auto given = properties_for(group);
  given.emplace_back("partition.assignment.strategy", "cooperative-sticky");
  if (const auto refused = check_properties(given); !refused.empty()) GTEST_SKIP() << refused.front().what;
  const std::string topic = fresh_topic(2);
  const auto make = [&] {
    auto client = *make_client(*make_configuration(given, role::consumer), role::consumer, given);
    return std::make_unique<librdkafka_consumer>(loop.on(), std::move(client), std::vector{topic}, given);
  };
  remembering first_seen;
  const auto first = make();
  first_seen.of = first.get();
  first->start(first_seen);
  ASSERT_TRUE(loop.run_until([&] { return first_seen.held.size() == 2; }));
  remembering second_seen;
  const auto second = make();
  second_seen.of = second.get();
  second->start(second_seen);
  ASSERT_TRUE(loop.run_until([&] { return first_seen.held.size() == 1 && second_seen.held.size() == 1; }));
  ASSERT_THAT(first_seen.revoked_calls, SizeIs(1));
  EXPECT_THAT(first_seen.revoked_calls[0], SizeIs(1));
  ASSERT_TRUE(write(loop, topic, 0, 1));
  ASSERT_TRUE(write(loop, topic, 1, 1));
  EXPECT_TRUE(loop.run_until([&] { return first_seen.records.size() == 1 && second_seen.records.size() == 1; }));
  EXPECT_TRUE(loop.run(second->close(10s)));
  EXPECT_TRUE(loop.run(first->close(10s)));
}

}  // namespace
}  // namespace leadrelay::kafka
