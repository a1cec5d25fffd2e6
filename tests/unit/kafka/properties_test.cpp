#include "kafka/properties.hpp"

#include <gmock/gmock.h>

namespace leadrelay::kafka {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const properties good = {{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", "g"}};

std::vector<property_problem> check_with(const std::string& name, const std::string& value) {
  properties given = good;
  given.emplace_back(name, value);
  return check_properties(given);
}

TEST(check_properties, the_least_that_is_needed_is_good) { EXPECT_THAT(check_properties(good), IsEmpty()); }

TEST(check_properties, properties_of_either_client_and_of_both_are_good) {
  properties given = good;
  for (const auto& [name, value] : properties{{"max.poll.interval.ms", "60000"}, {"session.timeout.ms", "10000"}, {"linger.ms", "0"},
                                              {"compression.type", "zstd"}, {"client.id", "x"}, {"auto.offset.reset", "latest"},
                                              {"acks", "all"}, {"enable.idempotence", "true"}, {"message.max.bytes", "2000000"}})
    given.emplace_back(name, value);
  const auto problems = check_properties(given);
  EXPECT_THAT(problems, IsEmpty()) << problems.front().what;
}

TEST(check_properties, an_unknown_name_is_refused_in_librdkafkas_words_with_the_nearest_name) {
  const auto problems = check_with("max.poll.intervall.ms", "60000");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_EQ(problems[0].name, "max.poll.intervall.ms");
  EXPECT_THAT(problems[0].what, AllOf(HasSubstr("No such configuration property"), HasSubstr("did you mean \"max.poll.interval.ms\"")));
}

TEST(check_properties, a_wrong_value_is_refused_in_librdkafkas_words) {
  EXPECT_THAT(check_with("session.timeout.ms", "soon")[0].what, AllOf(HasSubstr("session.timeout.ms"), HasSubstr("Invalid value")));
  EXPECT_THAT(check_with("session.timeout.ms", "0")[0].what, HasSubstr("outside allowed range"));
  EXPECT_THAT(check_with("auto.offset.reset", "middle")[0].what, HasSubstr("auto.offset.reset"));
  EXPECT_THAT(check_with("compression.type", "best")[0].what, HasSubstr("compression.type"));
}

TEST(check_properties, callbacks_are_refused) { EXPECT_THAT(check_with("rebalance_cb", "x")[0].what, HasSubstr("rebalance_cb")); }

TEST(check_properties, what_the_worker_owns_is_refused_with_the_reason) {
  for (const std::string name : {"enable.auto.commit", "auto.commit.interval.ms", "enable.auto.offset.store", "enable.partition.eof",
                                 "delivery.report.only.error", "log.queue", "transactional.id"}) {
    const auto problems = check_with(name, "true");
    ASSERT_THAT(problems, SizeIs(1)) << name;
    EXPECT_EQ(problems[0].name, name);
    EXPECT_THAT(problems[0].what, AllOf(HasSubstr(name), HasSubstr("remove it")));
  }
  EXPECT_THAT(check_with("enable.auto.commit", "false"), SizeIs(1)) << "refused whatever its value";
}

TEST(check_properties, weaker_acknowledgement_is_refused) {
  EXPECT_THAT(check_with("acks", "1")[0].what, HasSubstr("must be all"));
  EXPECT_THAT(check_with("request.required.acks", "0")[0].what, HasSubstr("must be all"));
  EXPECT_THAT(check_with("acks", "-1"), IsEmpty());
  EXPECT_THAT(check_with("enable.idempotence", "false")[0].what, HasSubstr("must be true"));
}

TEST(check_properties, a_cooperative_assignor_needs_a_newer_library) {
  EXPECT_THAT(check_with("partition.assignment.strategy", "cooperative-sticky")[0].what, HasSubstr("range,roundrobin"));
  EXPECT_THAT(check_with("partition.assignment.strategy", "roundrobin"), IsEmpty());
}

TEST(check_properties, what_is_missing_is_named) {
  const auto problems = check_properties({});
  ASSERT_THAT(problems, SizeIs(2));
  EXPECT_EQ(problems[0].name, "bootstrap.servers");
  EXPECT_EQ(problems[1].name, "group.id");
  EXPECT_THAT(check_properties({{"metadata.broker.list", "127.0.0.1:1"}, {"group.id", "g"}}), IsEmpty());
  EXPECT_THAT(check_properties({{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", ""}}), SizeIs(1));
}

TEST(check_properties, every_problem_is_kept_and_none_twice) {
  properties given = good;
  given.emplace_back("no.such", "1");
  given.emplace_back("acks", "0");
  given.emplace_back("fetch.wait.max.ms", "x");
  EXPECT_THAT(check_properties(given), SizeIs(3));
}

TEST(check_properties, properties_that_do_not_go_together_are_refused) {
  EXPECT_THAT(check_with("max.in.flight.requests.per.connection", "10"), SizeIs(1));
  EXPECT_THAT(check_with("max.poll.interval.ms", "1000")[0].what, HasSubstr("session.timeout.ms"));
}

TEST(check_properties, a_certificate_that_is_not_there_is_refused) {
  properties given = good;
  given.emplace_back("security.protocol", "ssl");
  given.emplace_back("ssl.ca.location", "/no/such/file.pem");
  EXPECT_THAT(check_properties(given), testing::Not(IsEmpty()));
}

TEST(check_properties, no_secret_is_told) {
  properties given = good;
  given.emplace_back("security.protocol", "ssl");
  given.emplace_back("ssl.key.pem", "hunter2hunter2");
  for (const auto& problem : check_properties(given)) EXPECT_THAT(problem.what, testing::Not(HasSubstr("hunter2")));
}

TEST(without_secrets, each_occurrence_is_taken_out) {
  const properties given = {{"sasl.password", "abc"}, {"sasl.username", "name"}, {"ssl.key.password", ""}};
  EXPECT_EQ(without_secrets("abc name abcabc", given), "*** name ******");
  EXPECT_EQ(without_secrets("nothing", given), "nothing");
}

TEST(find_property, the_last_of_any_of_the_names) {
  const properties given = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(find_property(given, {"a"}), "3");
  EXPECT_EQ(find_property(given, {"b", "c"}), "2");
  EXPECT_EQ(find_property(given, {"c"}), std::nullopt);
}

TEST(properties_of_member, give_each_of_several_an_instance_of_its_own) {
  const properties given{{"group.id", "g"}, {"group.instance.id", "pod-3"}};
  EXPECT_EQ(find_property(properties_of_member(given, 0, 1), {"group.instance.id"}), "pod-3");
  EXPECT_EQ(find_property(properties_of_member(given, 0, 2), {"group.instance.id"}), "pod-3-0");
  EXPECT_EQ(find_property(properties_of_member(given, 1, 2), {"group.instance.id"}), "pod-3-1");
  EXPECT_EQ(find_property(properties_of_member(given, 1, 2), {"group.id"}), "g");
}

}  // namespace
}  // namespace leadrelay::kafka
