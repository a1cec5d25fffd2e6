#include "kafka/trouble.hpp"

#include <gmock/gmock.h>

namespace leadrelay::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(trouble, what_passes_by_itself_needs_nobody) {
  EXPECT_FALSE(needs_somebody(RD_KAFKA_RESP_ERR__TRANSPORT));
  EXPECT_FALSE(needs_somebody(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN));
  EXPECT_FALSE(needs_somebody(RD_KAFKA_RESP_ERR__RESOLVE));
  EXPECT_FALSE(needs_somebody(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART));
  EXPECT_FALSE(needs_somebody(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS));
}

TEST(trouble, refused_credentials_and_missing_rights_need_somebody) {
  EXPECT_TRUE(needs_somebody(RD_KAFKA_RESP_ERR__AUTHENTICATION));
  EXPECT_TRUE(needs_somebody(RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED));
  EXPECT_TRUE(needs_somebody(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
  EXPECT_TRUE(needs_somebody(RD_KAFKA_RESP_ERR__FATAL));
}

TEST(trouble, is_one_bounded_line_without_secrets) {
  const properties given = {{"sasl.password", "hunter2"}};
  const auto made = make_trouble(RD_KAFKA_RESP_ERR__AUTHENTICATION, "user with hunter2\nrefused" + std::string(5000, 'x'), given);
  EXPECT_TRUE(made.fatal);
  EXPECT_THAT(made.what, HasSubstr("_AUTHENTICATION: user with ***"));
  EXPECT_THAT(made.what, Not(HasSubstr("\n")));
  EXPECT_LT(made.what.size(), 600u);
}

TEST(trouble, an_error_objects_text_is_taken) {
  EXPECT_EQ(text_of(nullptr), "");
  EXPECT_EQ(text_of(error_handle(rd_kafka_error_new(RD_KAFKA_RESP_ERR__STATE, "because %d", 7))), "because 7");
}

}  // namespace
}  // namespace leadrelay::kafka
