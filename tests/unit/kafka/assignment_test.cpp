#include "kafka/assignment.hpp"

#include <gmock/gmock.h>

namespace leadrelay::kafka {
namespace {

TEST(assignment, a_partition_is_held_from_add_to_remove) {
  assignment held;
  EXPECT_EQ(held.topic_if_held("a", 0), nullptr);
  held.add({{"a", 0}, {"a", 5}, {"b", 1}});
  EXPECT_EQ(*held.topic_if_held("a", 5), "a");
  EXPECT_EQ(*held.topic_if_held("b", 1), "b");
  EXPECT_EQ(held.topic_if_held("a", 1), nullptr);
  EXPECT_EQ(held.topic_if_held("a", 6), nullptr);
  EXPECT_EQ(held.topic_if_held("b", 0), nullptr);
  held.remove({{"a", 5}});
  EXPECT_EQ(held.topic_if_held("a", 5), nullptr);
  EXPECT_NE(held.topic_if_held("a", 0), nullptr);
  EXPECT_TRUE(held.contains({"a", 0}));
  EXPECT_FALSE(held.contains({"a", 5}));
}

TEST(assignment, a_topic_has_one_name_for_all_its_records) {
  assignment held;
  held.add({{"a", 0}, {"b", 0}, {"a", 1}});
  const auto first = held.topic_if_held("a", 0);
  EXPECT_EQ(held.topic_if_held("b", 0) == first, false);
  EXPECT_EQ(held.topic_if_held("a", 1), first);
  held.remove({{"a", 0}, {"a", 1}, {"b", 0}});
  EXPECT_TRUE(held.empty());
  held.add({{"a", 0}});
  EXPECT_EQ(held.topic_if_held("a", 0), first) << "it stays over a rebalance";
}

TEST(assignment, what_is_not_held_can_be_removed_and_no_partition_is_negative) {
  assignment held;
  held.remove({{"a", 0}});
  held.add({{"a", -1}});
  EXPECT_TRUE(held.empty());
  EXPECT_EQ(held.topic_if_held("a", -1), nullptr);
}

}  // namespace
}  // namespace leadrelay::kafka
