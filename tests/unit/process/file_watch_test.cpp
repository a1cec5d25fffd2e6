#include "process/file_watch.hpp"

#include <gtest/gtest.h>

namespace leadrelay::process {
namespace {

config::file_stamps state(std::uint64_t inode) { return {{"a", config::file_stamp{.inode = inode}}}; }

TEST(file_watch, a_change_is_told_once_it_has_rested_for_two_looks_and_only_once) {
  file_watch watch;
  watch.know(state(1));
  EXPECT_FALSE(watch.look(state(1)));
  EXPECT_FALSE(watch.look(state(2)));
  EXPECT_FALSE(watch.look(state(3))) << "is being written";
  EXPECT_TRUE(watch.look(state(3)));
  EXPECT_FALSE(watch.look(state(3)));
  EXPECT_FALSE(watch.look(state(1)));
  EXPECT_TRUE(watch.look(state(1)));
}

TEST(file_watch, a_change_that_is_taken_back_is_none) {
  file_watch watch;
  watch.know(state(1));
  EXPECT_FALSE(watch.look(state(2)));
  EXPECT_FALSE(watch.look(state(1)));
  EXPECT_FALSE(watch.look(state(1)));
}

TEST(file_watch, a_file_more_or_less_than_is_known_is_told) {
  file_watch watch;
  watch.know(state(1));
  config::file_stamps both = state(1);
  both["b"] = {.inode = 7};
  EXPECT_FALSE(watch.look(both));
  EXPECT_TRUE(watch.look(both));
  watch.know(both);
  EXPECT_FALSE(watch.look(state(1)));
  EXPECT_TRUE(watch.look(state(1)));
}

}  // namespace
}  // namespace leadrelay::process
