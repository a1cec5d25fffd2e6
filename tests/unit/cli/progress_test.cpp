#include "cli/progress.hpp"

#include <sstream>

#include <gmock/gmock.h>

#include "cli/table.hpp"

namespace leadrelay::cli {
namespace {

using std::chrono::milliseconds;

const progress::clock::time_point began{};

TEST(progress, on_a_terminal_a_bar_is_drawn_over_the_one_before) {
  progress shown(true, began);
  EXPECT_EQ(shown.tell("done", 1, 10, began + milliseconds(100)), "");
  EXPECT_EQ(shown.tell("done", 5, 10, began + milliseconds(500)), "\r\033[K[###############...............] 5 of 10 done, 10 a second");
  EXPECT_EQ(shown.tell("done", 6, 10, began + milliseconds(600)), "");
  EXPECT_EQ(shown.clear(), "\r\033[K");
  EXPECT_EQ(shown.clear(), "");
}

TEST(progress, elsewhere_a_plain_line_comes_every_five_seconds) {
  progress shown(false, began);
  EXPECT_EQ(shown.tell("done", 1, 10, began + milliseconds(4999)), "");
  EXPECT_EQ(shown.tell("done", 10'000, 1'000'000, began + milliseconds(5000)), "10,000 of 1,000,000 done, 2,000 a second\n");
  EXPECT_EQ(shown.tell("done", 2, 10, began + milliseconds(9999)), "");
  EXPECT_EQ(shown.clear(), "");
}

TEST(progress, more_than_there_was_to_do_and_nothing_to_do_draw_no_wrong_bar) {
  progress shown(true, began);
  EXPECT_THAT(shown.tell("done", 20, 10, began + milliseconds(1000)), testing::HasSubstr("[##############################]"));
  EXPECT_THAT(shown.tell("done", 0, 0, began + milliseconds(2000)), testing::HasSubstr("[..............................]"));
}

TEST(table, columns_are_as_wide_as_their_widest_text) {
  table tested({"count", "name"}, {0});
  tested.add({"1", "é"});
  tested.add({"1,234,567", "b"});
  std::ostringstream out;
  tested.print(out);
  EXPECT_EQ(out.str(), "    count  name\n        1  é\n1,234,567  b\n");
}

TEST(grouped, has_a_comma_between_thousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
}

}  // namespace
}  // namespace leadrelay::cli
