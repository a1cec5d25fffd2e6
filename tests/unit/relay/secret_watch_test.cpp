#include "relay/secret_watch.hpp"

#include <array>
#include <cerrno>
#include <filesystem>

#include <gmock/gmock.h>

#include "simulation/simulated_world.hpp"
#include "unit/temporary_folder.hpp"

namespace leadrelay::relay {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

/// Files that exist in the test alone, and a watch over them on virtual time.
struct imagined_files {
  std::map<std::string, std::string> texts;
  std::map<std::string, std::uint64_t> inodes;
  int looks = 0;
  int reads = 0;
  boost::asio::io_context context;
  simulated::virtual_loop loop{context};
  secret_watch watch{loop, files()};

  secret_files files() {
    return {.look =
                [this](const std::string& path) {
                  ++looks;
                  return texts.contains(path) ? config::file_stamp{.inode = inodes[path]} : config::file_stamp{.error = ENOENT};
                },
            .read = [this](const std::string& path) -> outcome<std::string> {
              ++reads;
              if (texts.contains(path)) return texts[path];
              return problem{reason::rejected, "not there"};
            }};
  }

  void put(const std::string& path, const std::string& text) {
    texts[path] = text;
    ++inodes[path];
  }

  secret_watch::user into(std::vector<std::string>& told) {
    return [&told](const outcome<std::string>& read) {
      told.push_back(read ? *read : "?");
      return read.has_value();
    };
  }
};

TEST(secret_watch, a_file_that_stays_as_it_is_is_looked_at_each_second_and_never_read) {
  imagined_files world;
  std::vector<std::string> told;
  world.put("a", "one");
  world.watch.add("a", &world, world.into(told));
  world.loop.run_for(10s);
  EXPECT_EQ(world.looks, 11);
  EXPECT_EQ(world.reads, 0);
  EXPECT_TRUE(told.empty());
}

TEST(secret_watch, a_change_is_told_within_a_second_and_once) {
  imagined_files world;
  std::vector<std::string> told;
  world.put("a", "one");
  world.watch.add("a", &world, world.into(told));
  world.loop.run_for(1500ms);
  world.put("a", "two");
  world.loop.run_for(1s);
  EXPECT_THAT(told, ElementsAre("two"));
  world.loop.run_for(10s);
  EXPECT_THAT(told, ElementsAre("two"));
}

TEST(secret_watch, those_who_share_a_file_are_all_told_for_one_look_and_one_read) {
  imagined_files world;
  std::vector<std::string> told;
  world.put("a", "one");
  const std::array<int, 3> users{};
  for (const int& user : users) world.watch.add("a", &user, world.into(told));
  world.looks = 0;
  world.put("a", "two");
  world.loop.run_for(1s);
  EXPECT_THAT(told, ElementsAre("two", "two", "two"));
  EXPECT_EQ(world.looks, 1);
  EXPECT_EQ(world.reads, 1);
}

TEST(secret_watch, who_is_removed_is_told_no_more_and_the_others_are) {
  imagined_files world;
  std::vector<std::string> told;
  std::vector<std::string> told_other;
  world.put("a", "one");
  world.watch.add("a", &told, world.into(told));
  world.watch.add("a", &told_other, world.into(told_other));
  world.watch.remove(&told);
  world.put("a", "two");
  world.loop.run_for(2s);
  EXPECT_TRUE(told.empty());
  EXPECT_THAT(told_other, ElementsAre("two"));
  world.watch.remove(&told_other);
  world.looks = 0;
  world.loop.run_for(2s);
  EXPECT_EQ(world.looks, 0);
}

TEST(secret_watch, what_cannot_be_used_is_read_again_each_second_until_it_can) {
  imagined_files world;
  std::vector<std::string> told;
  bool usable = false;
  world.put("a", "one");
  world.watch.add("a", &world, [&](const outcome<std::string>& read) {
    told.push_back(read ? *read : "?");
    return usable;
  });
  world.texts.erase("a");
  world.loop.run_for(2s);
  EXPECT_THAT(told, ElementsAre("?", "?"));
  world.put("a", "two");
  usable = true;
  world.loop.run_for(3s);
  EXPECT_THAT(told, ElementsAre("?", "?", "two"));
}

TEST(secret_watch, a_watch_over_nothing_sets_no_timer) {
  imagined_files world;
  EXPECT_EQ(world.loop.timers().size(), 0u);
}

}  // namespace
}  // namespace leadrelay::relay
