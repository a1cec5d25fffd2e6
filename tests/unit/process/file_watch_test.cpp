#include "process/file_watch.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "unit/temporary_folder.hpp"

namespace leadrelay::process {
namespace {

file_stamps state(std::uint64_t inode) { return {{"a", relay::file_stamp{.inode = inode}}}; }

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

TEST(file_watch, what_changed_before_other_files_are_followed_is_told) {
  file_watch watch;
  watch.know(state(1));
  file_stamps both = state(2);
  both["b"] = {.inode = 7};
  watch.follow(both);
  EXPECT_FALSE(watch.look(both));
  EXPECT_TRUE(watch.look(both)) << "a has changed meanwhile, b is new";
  file_stamps alone;
  alone["b"] = {.inode = 7};
  watch.follow(alone);
  EXPECT_FALSE(watch.look(alone));
  EXPECT_FALSE(watch.look(alone));
}

TEST(file_watch, files_of_a_folder_that_come_change_and_go_are_seen_and_hidden_ones_are_not) {
  test::temporary_folder folder;
  folder.write("one.yaml", "1");
  folder.write(".hidden.yaml", "1");
  folder.write("note.txt", "1");
  const std::vector<std::string> paths{folder.path("")};
  const file_stamps first = look_at_files(paths);
  EXPECT_EQ(first.size(), 1u);
  folder.write("two.yml", "2");
  const file_stamps second = look_at_files(paths);
  EXPECT_EQ(second.size(), 2u);
  folder.write("two.yml", "longer");
  EXPECT_NE(look_at_files(paths), second);
  std::filesystem::remove(folder.path("two.yml"));
  std::filesystem::remove(folder.path("one.yaml"));
  EXPECT_TRUE(look_at_files(paths).empty());
  EXPECT_EQ(look_at_files({folder.path("nothing.yaml")}).size(), 1u) << "a file that is not there may come";
}

}  // namespace
}  // namespace leadrelay::process
