#pragma once

#include <utility>

#include "config/file_stamp.hpp"

namespace leadrelay::process {

/// Tells of files that have changed, once they have been the same for two looks, so that what is being written is not read. Each state is
/// told once.
class file_watch {
 public:
  /// Whether there is something new to read.
  bool look(config::file_stamps now);
  /// These are known, be they good or bad; what is another way at the next looks, a file more or fewer among it, is new.
  void know(config::file_stamps now) { known_ = last_ = std::move(now); }

 private:
  config::file_stamps last_;
  config::file_stamps known_;
};

}  // namespace leadrelay::process
