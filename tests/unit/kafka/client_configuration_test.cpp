#include "kafka/client_configuration.hpp"

#include <array>

#include <gmock/gmock.h>

namespace leadrelay::kafka {
namespace {

using ::testing::HasSubstr;

properties with(const properties& more = {}) {
  properties all = {{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", "g"}};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::string get(const properties& given, role as, const char* name) {
  const auto configuration = make_configuration(given, as);
  if (!configuration) return "refused: " + configuration.error().what;
  std::array<char, 256> value{};
  std::size_t size = value.size();
  if (rd_kafka_conf_get(configuration->get(), name, value.data(), &size) != RD_KAFKA_CONF_OK) return "unknown";
  return value.data();
}

TEST(make_configuration, the_consumer_has_the_workers_defaults) {
  EXPECT_EQ(get(with(), role::consumer, "auto.offset.reset"), "smallest");  // librdkafka's older word for earliest
  EXPECT_EQ(get(with(), role::consumer, "enable.auto.commit"), "false");
  EXPECT_EQ(get(with(), role::consumer, "enable.auto.offset.store"), "false");
  EXPECT_EQ(get(with(), role::consumer, "partition.assignment.strategy"), "range,roundrobin");
  EXPECT_EQ(get(with(), role::consumer, "queued.max.messages.kbytes"), "256");
  EXPECT_EQ(get(with(), role::consumer, "client.id"), "leadrelay");
  EXPECT_EQ(get(with(), role::consumer, "statistics.interval.ms"), "0");
}

TEST(make_configuration, the_session_of_a_member_that_may_come_back_lasts_longer) {
  EXPECT_EQ(get(with(), role::consumer, "session.timeout.ms"), "6000");
  EXPECT_EQ(get(with({{"group.instance.id", "worker-0"}}), role::consumer, "session.timeout.ms"), "45000");
  EXPECT_EQ(get(with({{"session.timeout.ms", "20000"}}), role::consumer, "session.timeout.ms"), "20000");
}

TEST(make_configuration, the_producer_has_the_workers_defaults) {
  EXPECT_EQ(get(with(), role::producer, "enable.idempotence"), "true");
  EXPECT_EQ(get(with(), role::producer, "acks"), "-1");
  EXPECT_EQ(get(with(), role::producer, "compression.type"), "none");
  EXPECT_EQ(get(with(), role::producer, "linger.ms"), "5");
  EXPECT_EQ(get(with(), role::producer, "partitioner"), "murmur2_random");
}

TEST(make_configuration, defaults_give_way_to_what_is_given) {
  EXPECT_EQ(get(with({{"client.id", "mine"}}), role::consumer, "client.id"), "mine");
  EXPECT_EQ(get(with({{"client.id", "mine"}}), role::producer, "client.id"), "mine");
  EXPECT_EQ(get(with({{"fetch.wait.max.ms", "7"}}), role::consumer, "fetch.wait.max.ms"), "7");
  EXPECT_EQ(get(with({{"auto.offset.reset", "latest"}}), role::consumer, "auto.offset.reset"), "largest");
}

TEST(make_configuration, a_property_goes_only_to_the_clients_it_is_for) {
  EXPECT_EQ(get(with({{"max.poll.interval.ms", "12345"}}), role::producer, "max.poll.interval.ms"), "300000");
  EXPECT_EQ(get(with({{"linger.ms", "77"}}), role::consumer, "linger.ms"), "5");
  EXPECT_EQ(get(with({{"linger.ms", "77"}}), role::producer, "linger.ms"), "77");
}

TEST(make_configuration, the_producer_takes_what_the_consumer_can_receive) {
  EXPECT_EQ(get(with(), role::producer, "message.max.bytes"), "100065536");
  EXPECT_EQ(get(with({{"receive.message.max.bytes", "200000000"}}), role::producer, "message.max.bytes"), "200065536");
  EXPECT_EQ(get(with({{"receive.message.max.bytes", "2000000000"}}), role::producer, "message.max.bytes"), "1000000000");
  EXPECT_EQ(get(with({{"message.max.bytes", "150000000"}}), role::producer, "message.max.bytes"), "150000000");
  EXPECT_EQ(get(with({{"message.max.bytes", "5000"}}), role::producer, "message.max.bytes"), "100065536");
}

TEST(make_configuration, a_wrong_property_refuses_the_client) {
  EXPECT_THAT(get(with({{"no.such", "1"}}), role::consumer, "client.id"), HasSubstr("refused: No such configuration property"));
  EXPECT_THAT(get(with({{"acks", "1"}}), role::producer, "acks"), HasSubstr("refused: \"acks\" must be all"));
  EXPECT_THAT(get({{"group.id", "g"}}, role::producer, "acks"), HasSubstr("refused: \"bootstrap.servers\" is missing"));
}

TEST(make_client, a_refusal_of_librdkafka_is_passed_on) {
  const auto given = with({{"max.in.flight.requests.per.connection", "10"}});
  auto configuration = make_configuration(given, role::producer);
  ASSERT_TRUE(configuration);
  const auto client = make_client(std::move(*configuration), role::producer, given);
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error().what, HasSubstr("max.in.flight"));
}

}  // namespace
}  // namespace leadrelay::kafka
