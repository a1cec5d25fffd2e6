#include <gmock/gmock.h>

#include "unit/kafka/kafka_world.hpp"

namespace leadrelay::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

duration time_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - start;
}

class closing : public testing::Test {
 protected:
  test_loop loop;
};

TEST_F(closing, revokes_waits_for_give_up_and_takes_the_last_commit) {
  const std::string topic = fresh_topic(1);
  const auto given = properties_for(fresh("group"));
  member first(loop, topic, given);
  ASSERT_TRUE(loop.run_until([&] { return first.seen.held.size() == 1; }));
  first.seen.gives_up_at_once = false;
  bool closed = false;
  boost::asio::co_spawn(loop.on().executor(), first->close(20s), [&](std::exception_ptr) { closed = true; });
  ASSERT_TRUE(loop.run_until([&] { return first.seen.revoked_calls.size() == 1; }));
  loop.run_for(300ms);
  EXPECT_FALSE(closed);
  first->commit({{{topic, 0}, 3, "bye"}});
  first->give_up();
  EXPECT_TRUE(loop.run_until([&] { return closed; }, 5s));
  ASSERT_THAT(first.seen.commits, SizeIs(1));
  EXPECT_EQ(first.seen.commits[0].error, "");

  member second(loop, topic, given);
  ASSERT_TRUE(loop.run_until([&] { return second.seen.held.size() == 1; }));
  EXPECT_EQ(second.seen.assigned_calls[0][0].committed, 3);
  EXPECT_EQ(second.seen.assigned_calls[0][0].metadata, "bye");
}

TEST_F(closing, at_once_without_assignment_is_quick) {
  member reader(loop, fresh_topic(1), properties_for(fresh("group")));
  EXPECT_LT(time_of([&] { EXPECT_TRUE(loop.run(reader->close(10s))); }), 5s);
  EXPECT_THAT(reader.seen.revoked_calls, IsEmpty());
}

TEST_F(closing, while_committed_offsets_are_looked_up_ends) {
  const std::string topic = fresh_topic(1);
  cluster().inject_errors(9, std::vector<rd_kafka_resp_err_t>(40, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED));
  member reader(loop, topic, properties_for(fresh("group")));
  ASSERT_TRUE(loop.run_until([&] { return !reader.seen.errors.empty(); }));
  EXPECT_LT(time_of([&] { EXPECT_TRUE(loop.run(reader->close(10s))); }), 8s);
  EXPECT_THAT(reader.seen.assigned_calls, IsEmpty());
  cluster().clear_errors(9);
}

TEST_F(closing, before_start_and_twice_does_nothing) {
  auto made = *make_consumer(loop.on(), properties_for("g"), {"t"});
  EXPECT_TRUE(loop.run(made->close(1s)));
  EXPECT_TRUE(loop.run(made->close(1s)));
  made->commit({});
  made->pause({{"t", 0}});
  made->resume({{"t", 0}});
  made->give_up();
}

TEST_F(closing, destroying_without_it_ends_too) {
  const std::string topic = fresh_topic(1);
  auto reader = std::make_unique<member>(loop, topic, properties_for(fresh("group")));
  ASSERT_TRUE(loop.run_until([&] { return reader->seen.held.size() == 1; }));
  ASSERT_TRUE(write(loop, topic, 0, 100));
  EXPECT_LT(time_of([&] { reader.reset(); }), 3s);
}

TEST_F(closing, keeps_its_deadline_when_nobody_gives_up) {
  member reader(loop, fresh_topic(1), properties_for(fresh("group")));
  ASSERT_TRUE(loop.run_until([&] { return reader.seen.held.size() == 1; }));
  reader.seen.gives_up_at_once = false;
  EXPECT_LT(time_of([&] { EXPECT_TRUE(loop.run(reader->close(4s))); }), 5s);
}

TEST_F(closing, keeps_its_deadline_when_the_cluster_is_gone) {
  auto own = *mock_cluster::start();
  const std::string topic = fresh_topic(1, own);
  member reader(loop, topic, properties_for("group", own));
  ASSERT_TRUE(loop.run_until([&] { return reader.seen.held.size() == 1; }));
  own.down();
  ASSERT_TRUE(loop.run_until([&] { return !reader.seen.errors.empty(); }));
  EXPECT_FALSE(reader.seen.any_fatal);
  reader->commit({{{topic, 0}, 1, ""}});
  EXPECT_LT(time_of([&] { EXPECT_TRUE(loop.run(reader->close(4s))); }), 5s);
  ASSERT_THAT(reader.seen.commits, SizeIs(1));
  EXPECT_NE(reader.seen.commits[0].error, "");
}

TEST_F(closing, keeps_its_deadline_when_there_never_was_a_cluster) {
  const properties nowhere = {{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", "g"}};
  member reader(loop, "t", nowhere);
  ASSERT_TRUE(loop.run_until([&] { return !reader.seen.errors.empty(); }));
  EXPECT_THAT(reader.seen.errors[0], HasSubstr("127.0.0.1:1"));
  EXPECT_LT(time_of([&] { EXPECT_TRUE(loop.run(reader->close(1s))); }), 2s);
}

}  // namespace
}  // namespace leadrelay::kafka
