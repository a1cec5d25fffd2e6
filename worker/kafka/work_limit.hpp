#pragma once

#include <atomic>

#include "base/time.hpp"

namespace leadrelay::kafka {

/// How long a thread that makes blocking calls may work on: for ever, until it is told to stop. Any thread.
class work_limit {
 public:
  void stop(time_point end_by) { end_by_ = end_by; }

  bool stopping() const { return end_by_.load() != time_point::max(); }
  bool over() const { return std::chrono::steady_clock::now() >= end_by_.load(); }

 private:
  std::atomic<time_point> end_by_{time_point::max()};
};

}  // namespace leadrelay::kafka
