#include <gmock/gmock.h>

#include "unit/kafka/kafka_world.hpp"

namespace leadrelay::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

properties with(properties given, const properties& more) {
  given.insert(given.end(), more.begin(), more.end());
  return given;
}

class a_producer : public testing::Test {
 protected:
  std::unique_ptr<producer> make(const properties& given) {
    const auto remember = [this](const std::string& what, bool fatal) {
      troubles.push_back(what);
      any_fatal = any_fatal || fatal;
    };
    return *make_producer(loop.on(), given, remember);
  }

  delivery_report remember() {
    return [this](const std::string& error) { reports.push_back(error); };
  }

  test_loop loop;
  std::vector<std::string> reports;
  std::vector<std::string> troubles;
  bool any_fatal = false;
};

TEST_F(a_producer, reports_each_record_once_when_acknowledged) {
  const std::string topic = fresh_topic(4);
  const auto producer = make(properties_for("w"));
  for (int number = 0; number < 1000; ++number)
    ASSERT_EQ(producer->produce({topic, std::nullopt, std::to_string(number), "value", {}}, remember()), "");
  EXPECT_THAT(reports, IsEmpty()) << "never inside produce";
  ASSERT_TRUE(loop.run(producer->flush(10s)));
  EXPECT_THAT(reports, testing::AllOf(testing::SizeIs(1000), testing::Each("")));
  EXPECT_TRUE(loop.run(producer->flush(0s))) << "nothing to wait for";
}

TEST_F(a_producer, takes_a_record_without_a_report) {
  const auto producer = make(properties_for("w"));
  ASSERT_EQ(producer->produce({fresh_topic(1), 0, "k", "v", {}}, nullptr), "");
  EXPECT_TRUE(loop.run(producer->flush(10s)));
}

TEST_F(a_producer, says_queue_full_and_takes_records_again_later) {
  const std::string topic = fresh_topic(1);
  const auto producer = make(with(properties_for("w"), {{"queue.buffering.max.messages", "10"}}));
  int taken = 0;
  std::string refused;
  for (; refused.empty() && taken < 100; ++taken) refused = producer->produce({topic, 0, "k", "v", {{"h", "v"}}}, remember());
  EXPECT_EQ(refused, "queue full");
  EXPECT_EQ(taken, 11);
  ASSERT_TRUE(loop.run_until([&] { return reports.size() == 10; }));
  EXPECT_EQ(producer->produce({topic, 0, "k", "v", {}}, remember()), "");
  EXPECT_TRUE(loop.run_until([&] { return reports.size() == 11; }));
}

TEST_F(a_producer, takes_a_record_as_large_as_a_consumer_can_receive) {
  const std::string topic = fresh_topic(1);
  const std::string large(3'000'000, 'x');
  const auto producer = make(properties_for("w"));
  ASSERT_EQ(producer->produce({topic, 0, "k", large, {}}, remember()), "");
  ASSERT_TRUE(loop.run_until([&] { return reports.size() == 1; }));
  EXPECT_EQ(reports[0], "");
}

TEST_F(a_producer, refuses_a_record_larger_than_any) {
  const std::string large(101'000'000, 'x');
  const auto producer = make(properties_for("w"));
  EXPECT_THAT(producer->produce({"t", 0, "k", large, {}}, remember()), HasSubstr("MSG_SIZE_TOO_LARGE"));
}

TEST_F(a_producer, that_reaches_no_broker_reports_failure_and_keeps_the_time_of_flush) {
  const auto producer = make({{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", "g"}, {"message.timeout.ms", "1500"}});
  ASSERT_EQ(producer->produce({"t", 0, "k", "v", {}}, remember()), "");
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(loop.run(producer->flush(200ms)));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
  EXPECT_THAT(reports, IsEmpty());
  ASSERT_TRUE(loop.run_until([&] { return reports.size() == 1; }));
  EXPECT_THAT(reports[0], HasSubstr("MSG_TIMED_OUT"));
  EXPECT_FALSE(troubles.empty());
  EXPECT_FALSE(any_fatal);
}

TEST_F(a_producer, destroyed_reports_what_remains_as_failed) {
  auto producer = make({{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", "g"}});
  for (int number = 0; number < 20; ++number) ASSERT_EQ(producer->produce({"t", 0, "k", "v", {}}, remember()), "");
  producer.reset();
  EXPECT_THAT(reports, testing::AllOf(testing::SizeIs(20), testing::Each(HasSubstr("PURGE"))));
}

TEST_F(a_producer, tries_again_when_the_broker_refuses_for_a_moment) {
  const std::string topic = fresh_topic(1);
  const auto producer = make(properties_for("w"));
  cluster().inject_errors(0, {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT});
  ASSERT_EQ(producer->produce({topic, 0, "k", "v", {}}, remember()), "");
  ASSERT_TRUE(loop.run_until([&] { return reports.size() == 1; }));
  EXPECT_EQ(reports[0], "");
}

TEST_F(a_producer, reports_what_the_broker_refuses_for_good) {
  const std::string topic = fresh_topic(1);
  const auto producer = make(properties_for("w"));
  cluster().inject_errors(0, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  ASSERT_EQ(producer->produce({topic, 0, "k", "v", {}}, remember()), "");
  ASSERT_TRUE(loop.run_until([&] { return reports.size() == 1; }));
  EXPECT_THAT(reports[0], HasSubstr("TOPIC_AUTHORIZATION_FAILED"));
}

TEST_F(a_producer, tells_a_fatal_error) {
  const std::string topic = fresh_topic(1);
  const auto given = properties_for("w");
  auto client = *make_client(*make_configuration(given, role::producer), role::producer, given);
  rd_kafka_t* const raw = client.get();
  librdkafka_producer producer(loop.on(), std::move(client), given, [this](const std::string& what, bool fatal) {
    troubles.push_back(what);
    any_fatal = any_fatal || fatal;
  });
  rd_kafka_test_fatal_error(raw, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "made up");
  ASSERT_TRUE(loop.run_until([&] { return !troubles.empty(); }));
  EXPECT_TRUE(any_fatal);
  EXPECT_THAT(troubles[0], HasSubstr("OUT_OF_ORDER_SEQUENCE_NUMBER"));
  EXPECT_THAT(producer.produce({topic, 0, "k", "v", {}}, remember()), HasSubstr("fatal error"));
}

TEST(make_producer, refuses_wrong_properties_with_the_reason) {
  test_loop loop;
  const auto made = make_producer(loop.on(), with(properties_for("g"), {{"acks", "0"}}), nullptr);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what, HasSubstr("acks"));
}

}  // namespace
}  // namespace leadrelay::kafka
