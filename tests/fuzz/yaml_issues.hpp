#pragma once

#include "base/yaml_reader.hpp"
#include "fuzz_support.hpp"

namespace leadrelay::fuzz {

/// Checks what holds of the issues of reading `text`: each names a place in it, on one line.
inline void check_issues(const yaml::issues& found, std::string_view text) {
  const auto lines = std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r') + 1;
  for (const yaml::issue& each : found.all()) {
    expect(each.line > 0 && each.column > 0, "an issue has a line and a column");
    expect(each.line <= lines + 1, "an issue's line is in the file");
    expect(!each.what.empty() && is_one_line(each.what), "an issue is one line of text");
  }
}

}  // namespace leadrelay::fuzz
