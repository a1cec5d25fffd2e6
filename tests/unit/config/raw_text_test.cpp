#include "config/raw_text.hpp"

#include <gtest/gtest.h>

#include "unit/config/config_support.hpp"

namespace leadrelay::config {
namespace {

std::string checked(const std::string& text) {
  yaml::issues issues;
  if (check_raw_text(text, "f", issues)) return issues.all().empty() ? "fine" : "good, yet with an issue";
  return issues.all().size() == 1 ? issues.all()[0].text() : "bad without an issue";
}

std::string file_issue(const std::string& path) {
  yaml::issues issues;
  EXPECT_FALSE(load_files({path}, issues));
  return issues.all().size() == 1 ? issues.all()[0].text().substr(path.size()) : std::to_string(issues.all().size()) + " issues";
}

TEST(raw_text, tab_in_the_indentation_is_told_by_its_place) {
  EXPECT_EQ(checked("a:\n\tb: c\n"), "f:2:1: a tab in the indentation, YAML takes spaces only");
  EXPECT_EQ(checked("a:\n  \tb: c"), "f:2:3: a tab in the indentation, YAML takes spaces only");
}

TEST(raw_text, tab_elsewhere_is_fine) { EXPECT_EQ(checked("a:\tb\n\t\n\t# comment\nc: d\t\r\n"), "fine"); }

TEST(raw_text, text_that_says_nothing_is_told) {
  const std::string empty = "f:1:1: is empty, expected a configuration, or a part of one";
  for (const char* text : {"", "\n", " \r\n\n", "# a comment", "\n  # a comment\n\t\n"}) EXPECT_EQ(checked(text), empty) << text;
  EXPECT_EQ(checked("# a comment\n---\n"), "fine");
}

TEST(raw_text, bytes_that_are_no_text_are_told) {
  EXPECT_EQ(checked("a: \"\xFF\""), "f:1:5: not UTF-8, expected a YAML text");
  EXPECT_EQ(checked("é: \xC3("), "f:1:4: not UTF-8, expected a YAML text");
  EXPECT_EQ(checked(std::string("a\nb\0c", 5)), "f:2:2: a control character, expected a YAML text");
  EXPECT_EQ(checked("\x7F"
                    "ELF"),
            "f:1:1: a control character, expected a YAML text");
}

TEST(raw_text, size_is_capped) {
  EXPECT_EQ(checked(std::string(most_bytes, 'x')), "fine");
  EXPECT_EQ(checked(std::string(most_bytes + 1, ' ')), "f:1:1: is larger than 4MiB, expected a configuration");
}

TEST(raw_text, file_that_cannot_be_read_is_told) {
  const temporary_folder in;
  EXPECT_EQ(file_issue(in.path("none")), ":1:1: cannot be read: No such file or directory, expected a configuration");
  EXPECT_EQ(file_issue(in.write("empty", "")), ":1:1: is empty, expected a configuration, or a part of one");
  EXPECT_EQ(file_issue(in.write("binary", std::string("\x7F"
                                                      "ELF\0\1",
                                                      6))),
            ":1:1: a control character, expected a YAML text");
  EXPECT_EQ(file_issue(in.write("large", std::string(50 << 20, 'x'))), ":1:1: is larger than 4MiB, expected a configuration");
}

}  // namespace
}  // namespace leadrelay::config
