#pragma once

#include <map>
#include <string>
#include <vector>

#include "relay/secret_watch.hpp"

namespace leadrelay::process {

using file_stamps = std::map<std::string, relay::file_stamp>;

/// The stamps of files, and of those in folders whose names neither begin with a dot nor end otherwise than in `.yaml` or `.yml`.
file_stamps look_at_files(const std::vector<std::string>& paths);

/// Tells of files that have changed, once they have been the same for two looks, so that what is being written is not read. Each state is
/// told once.
class file_watch {
 public:
  /// Whether there is something new to read.
  bool look(file_stamps now);
  /// What is there now is known, be it good or bad.
  void know(file_stamps now) { known_ = last_ = std::move(now); }
  /// These files are looked at from now on, of which those that were before are known as they were then.
  void follow(file_stamps now);

 private:
  file_stamps last_;
  file_stamps known_;
};

}  // namespace leadrelay::process
