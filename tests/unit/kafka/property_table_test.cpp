#include "kafka/property_table.hpp"

#include <gmock/gmock.h>

namespace leadrelay::kafka {
namespace {

TEST(property_table, lines_of_properties_are_read_and_others_passed_over) {
  const property_table table(
      "## Global configuration properties\n\n"
      "Property      | C/P | Range | Default\n"
      "--------------|-----|-------|-------:\n"
      "client.id     |  *  |       | rdkafka | low | A | bar\n"
      "group.id      |  C  |       |         \n"
      "acks          |  P  | -1 .. 1000 | -1\n"
      "### C/P legend: C = Consumer, P = Producer, * = both");
  EXPECT_EQ(table.find("client.id"), scope::both);
  EXPECT_EQ(table.find("group.id"), scope::consumer);
  EXPECT_EQ(table.find("acks"), scope::producer);
  EXPECT_EQ(table.find("Property"), std::nullopt);
  EXPECT_EQ(table.names().size(), 3u);
}

TEST(property_table, a_name_with_two_scopes_has_both) {
  const property_table table("x | C | |\nx | P | |");
  EXPECT_EQ(table.find("x"), scope::both);
}

TEST(property_table, nothing_printed_is_an_empty_table) { EXPECT_TRUE(property_table("").names().empty()); }

TEST(property_table, of_this_librdkafka_has_its_scopes) {
  EXPECT_EQ(known_properties().find("bootstrap.servers"), scope::both);
  EXPECT_EQ(known_properties().find("max.poll.interval.ms"), scope::consumer);
  EXPECT_EQ(known_properties().find("auto.offset.reset"), scope::consumer);
  EXPECT_EQ(known_properties().find("linger.ms"), scope::producer);
  EXPECT_EQ(known_properties().find("request.required.acks"), scope::producer);
  EXPECT_EQ(known_properties().find("no.such"), std::nullopt);
}

}  // namespace
}  // namespace leadrelay::kafka
