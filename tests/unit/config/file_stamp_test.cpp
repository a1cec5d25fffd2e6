#include "config/file_stamp.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

#include <gtest/gtest.h>

#include "unit/temporary_folder.hpp"

namespace leadrelay::config {
namespace {

TEST(look_at_file, a_swapped_link_in_the_path_is_another_file_though_size_is_the_same) {
  const test::temporary_folder folder;
  folder.write("..one/secret", "first");
  folder.write("..two/secret", "other");
  std::filesystem::create_symlink("..one", folder.path("..data"));
  std::filesystem::create_symlink("..data/secret", folder.path("secret"));
  const file_stamp before = look_at_file(folder.path("secret"));
  EXPECT_EQ(before.error, 0);
  EXPECT_EQ(before.size, 5);
  EXPECT_EQ(look_at_file(folder.path("secret")), before);
  std::filesystem::create_symlink("..two", folder.path("..data_tmp"));
  std::filesystem::rename(folder.path("..data_tmp"), folder.path("..data"));
  const file_stamp after = look_at_file(folder.path("secret"));
  EXPECT_NE(after.inode, before.inode);
  EXPECT_NE(after, before);
}

TEST(look_at_file, a_file_that_is_not_there_has_an_error_and_nothing_else) {
  const test::temporary_folder folder;
  const file_stamp none = look_at_file(folder.path("none"));
  EXPECT_EQ(none, (file_stamp{.error = ENOENT}));
}

TEST(look_at_file, other_permissions_and_owners_are_the_same_state) {
  const test::temporary_folder folder;
  const std::string path = folder.write("a.yaml", "one");
  const file_stamp before = look_at_file(path);
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  ASSERT_EQ(chown(path.c_str(), getuid(), getgid()), 0);
  EXPECT_EQ(look_at_file(path), before) << "kubelet sets them again and again";
}

TEST(look_at_file, a_pipe_whose_times_change_stays_the_same) {
  const test::temporary_folder folder;
  const std::string path = folder.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const file_stamp before = look_at_file(path);
  EXPECT_EQ(before.error, 0);
  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) - std::chrono::hours{1});
  EXPECT_EQ(look_at_file(path), before);
}

TEST(look_at_files, files_of_a_folder_that_come_change_and_go_are_seen_and_hidden_ones_are_not) {
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
}  // namespace leadrelay::config
