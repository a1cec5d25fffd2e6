// What a member of the group is told, with its partitions, of the topics kept beside them; and commits for those.
#include <gmock/gmock.h>

#include "kafka_client_world.hpp"

namespace leadrelay::integration {
namespace {

using kafka::assigned_partition;
using kafka::topic_partition;
using testing::IsEmpty;
using testing::SizeIs;

class topics_beside : public testing::Test {
 protected:
  topics_beside() {
    admin.create_topic(names.source, 3);
    admin.create_topic(names.parked, 2);
    admin.create_topic(names.group + ".parked.empty", 3);
  }

  /// Joins as the only member and gives what it was told of its partitions.
  std::vector<assigned_partition> join() { return join({names.parked, names.group + ".parked.empty", names.group + ".parked.missing"}); }

  std::vector<assigned_partition> join(const std::vector<std::string>& beside) {
    seen = {};
    owner = *kafka::make_consumer(loop.on(), given, {names.source}, {{names.source, beside}});
    seen.of = owner.get();
    owner->start(seen);
    loop.run_until([this] { return seen.assigned_calls.size() == 1; });
    EXPECT_THAT(seen.assigned_calls, SizeIs(1)) << told(seen);
    return seen.assigned_calls.empty() ? std::vector<assigned_partition>() : seen.assigned_calls.front();
  }

  void write(int partition, int count) {
    kafka_writer writer(kafka_bootstrap());
    for (int number = 0; number < count; ++number)
      writer.write(names.parked, {.key = "k", .value = "v", .headers = {}, .partition = partition});
    writer.flush();
  }

  kafka_names names;
  kafka::properties given = properties_of_group(names.group);
  kafka_admin admin{kafka_bootstrap()};
  kafka::test_loop loop;
  kafka::remembering seen;
  std::unique_ptr<kafka::consumer> owner;
};

TEST_F(topics_beside, that_hold_something_are_told_with_their_partitions_and_what_was_committed) {
  write(1, 5);
  admin.delete_records(names.parked, 1, 2);
  auto told_first = join();
  ASSERT_THAT(told_first, SizeIs(3));
  EXPECT_THAT(told_first[0].beside, IsEmpty()) << "empty, and nothing committed";
  EXPECT_EQ(told_first[0].of_topic, 3);
  EXPECT_THAT(told_first[2].beside, IsEmpty()) << "it has no third partition";
  ASSERT_THAT(told_first[1].beside, SizeIs(1));
  EXPECT_EQ(told_first[1].beside[0].partition, (topic_partition{names.parked, 1}));
  EXPECT_EQ(told_first[1].beside[0].committed, -1);
  EXPECT_EQ(told_first[1].beside[0].begin, 2);
  EXPECT_EQ(told_first[1].beside[0].end, 5);

  owner->commit({{{names.parked, 1}, 4, "read: 4"}, {{names.source, 1}, 0, ""}});
  ASSERT_TRUE(loop.run_until([this] { return !seen.commits.empty(); }));
  EXPECT_EQ(seen.commits[0].error, "");
  EXPECT_EQ(admin.committed(names.group, names.parked).at(1).next, 4);
  ASSERT_TRUE(loop.run(owner->close(5s)));

  admin.delete_records(names.parked, 1, 5);
  const auto told_again = join();
  ASSERT_THAT(told_again, SizeIs(3));
  ASSERT_THAT(told_again[1].beside, SizeIs(1)) << "it holds nothing any more, but something is committed";
  EXPECT_EQ(told_again[1].beside[0].committed, 4);
  EXPECT_EQ(told_again[1].beside[0].metadata, "read: 4");
  EXPECT_EQ(told_again[1].beside[0].begin, 5);
  EXPECT_EQ(told_again[1].beside[0].end, 5);
}

TEST_F(topics_beside, are_found_among_thousands) {
  write(1, 5);
  std::vector<std::string> beside;
  for (int number = 0; number < 1000; ++number) beside.push_back(names.group + ".parked.missing" + std::to_string(number));
  beside.insert(beside.begin() + 700, names.parked);
  join(beside);
  owner->commit({{{names.parked, 1}, 4, "read: 4"}});
  ASSERT_TRUE(loop.run_until([this] { return !seen.commits.empty(); }));
  ASSERT_TRUE(loop.run(owner->close(5s)));
  const auto told = join(beside);
  ASSERT_THAT(told, SizeIs(3));
  EXPECT_THAT(told[0].beside, IsEmpty());
  EXPECT_THAT(told[2].beside, IsEmpty());
  ASSERT_THAT(told[1].beside, SizeIs(1));
  EXPECT_EQ(told[1].beside[0].partition, (topic_partition{names.parked, 1}));
  EXPECT_EQ(told[1].beside[0].committed, 4);
  EXPECT_EQ(told[1].beside[0].metadata, "read: 4");
  EXPECT_EQ(told[1].beside[0].end, 5);
}

}  // namespace
}  // namespace leadrelay::integration
