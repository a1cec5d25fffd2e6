#pragma once

#include <string_view>
#include <vector>

namespace leadrelay::cli {

/// Takes a text with events apart: one JSON value after another, each over as many lines as it likes, or one a line. What is no JSON is
/// a part of its own, so that it can be told: its line, and where it begins an object or array that its line does not end, the indented
/// lines and closing brackets after it. White space between the parts belongs to none.
std::vector<std::string_view> split_events(std::string_view text);

}  // namespace leadrelay::cli
