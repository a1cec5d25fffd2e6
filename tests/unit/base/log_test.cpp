#include "base/log.hpp"

#include <array>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadrelay::log {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

std::string written(const std::function<void()>& write) {
  testing::internal::CaptureStderr();
  write();
  return testing::internal::GetCapturedStderr();
}

TEST(log, field_without_a_value_is_left_out) {
  start(format::text, level::info);
  const std::optional<std::string> some = "abc";
  EXPECT_THAT(written([&] { info("line", {{"a", 1}, {"none", std::optional<std::string>()}, {"some", some}}); }),
              EndsWith(" line a=1 some=abc\n"));
}

TEST(log, text_that_would_break_a_line_or_a_terminal_is_quoted) {
  start(format::text, level::info);
  for (const auto& [text, shown] : std::vector<std::pair<std::string, std::string>>{{"plain-1", "plain-1"},
                                                                                    {"", "\"\""},
                                                                                    {"two words", "\"two words\""},
                                                                                    {"a=b", "\"a=b\""},
                                                                                    {"\x1b[31m", "\"\\u001B[31m\""},
                                                                                    {"a\nb", "\"a\\nb\""},
                                                                                    {"a\xC2\x9B\x62", "a\\xC2\\x9Bb"},
                                                                                    {"\u202E a", "\"\\xE2\\x80\\xAE a\""},
                                                                                    {"Zoë", "Zoë"}})
    EXPECT_THAT(written([&] { info("line", {{"id", text}}); }), EndsWith(" line id=" + shown + "\n"));
}

TEST(log, line_below_the_level_is_not_written) {
  start(format::text, level::warning);
  EXPECT_FALSE(is_written(level::info));
  EXPECT_TRUE(is_written(level::warning));
  EXPECT_THAT(written([] { info("line"); }), IsEmpty());
  EXPECT_THAT(written([] { warning("line"); }), HasSubstr("line"));
}

TEST(log, level_may_change_while_the_program_runs) {
  start(format::text, level::error);
  set_log_level(level::debug);
  EXPECT_EQ(least_level(), level::debug);
  EXPECT_THAT(written([] { debug("line"); }), HasSubstr("line"));
  set_log_level(level::warning);
  EXPECT_EQ(least_level(), level::warning);
  EXPECT_THAT(written([] { info("line"); }), IsEmpty());
}

TEST(log, levels_are_stepped_through_and_end_at_their_ends) {
  for (const auto& [from, more, less] : std::vector<std::array<const char*, 3>>{
           {"debug", "debug", "info"}, {"info", "debug", "warning"}, {"warning", "info", "error"}, {"error", "warning", "error"}}) {
    EXPECT_EQ(to_string(level_of(from)), from);
    EXPECT_EQ(to_string(more_detailed(level_of(from))), more);
    EXPECT_EQ(to_string(less_detailed(level_of(from))), less);
  }
  EXPECT_EQ(level_of("verbose"), level::info);
}

}  // namespace
}  // namespace leadrelay::log
