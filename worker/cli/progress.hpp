#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace leadrelay::cli {

/// How far something is, on standard error: a bar that is drawn anew where that is a terminal, a line every five seconds otherwise.
class progress {
 public:
  using clock = std::chrono::steady_clock;

  progress(bool is_terminal, clock::time_point began) : is_terminal_(is_terminal), told_(began), began_(began) {}

  /// What is to be written now, empty where nothing is. `doing` as in `replayed`.
  std::string tell(const std::string& doing, std::uint64_t done, std::uint64_t of, clock::time_point now);
  /// What takes the bar away, so that other lines can be written.
  std::string clear();

 private:
  bool is_terminal_;
  bool drawn_ = false;
  clock::time_point told_;
  clock::time_point began_;
};

}  // namespace leadrelay::cli
