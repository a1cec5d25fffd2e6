#include "kafka/partition_list.hpp"

#include <gmock/gmock.h>

namespace leadrelay::kafka {
namespace {

TEST(partition_list, offsets_and_metadata_are_kept_and_copied) {
  const auto list = make_list(std::vector<offset_to_commit>{{{"a", 3}, 42, "kept \"beside\" \xc3\xa4"}, {{"b", 0}, 0, ""}});
  const auto copy = copy_list(list.get());
  ASSERT_EQ(copy->cnt, 2);
  const auto& first = copy->elems[0];
  EXPECT_STREQ(first.topic, "a");
  EXPECT_EQ(first.partition, 3);
  EXPECT_EQ(first.offset, 42);
  EXPECT_EQ(std::string(static_cast<const char*>(first.metadata), first.metadata_size), "kept \"beside\" \xc3\xa4");
  EXPECT_EQ(copy->elems[1].metadata, nullptr);
}

TEST(partition_list, partitions_come_back) {
  const std::vector<topic_partition> partitions = {{"a", 0}, {"a", 1}, {"b", 7}};
  EXPECT_EQ(partitions_of(make_list(partitions).get()), partitions);
  EXPECT_TRUE(partitions_of(nullptr).empty());
  EXPECT_EQ(copy_list(nullptr)->cnt, 0);
}

TEST(partition_list, errors_name_their_partitions) {
  const auto list = make_list(std::vector<topic_partition>{{"a", 0}, {"a", 1}});
  EXPECT_EQ(errors_of(list.get()), "");
  list->elems[1].err = RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE;
  EXPECT_THAT(errors_of(list.get()), testing::StartsWith("a [1]: "));
}

}  // namespace
}  // namespace leadrelay::kafka
