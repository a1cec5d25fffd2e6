#include "process/file_watch.hpp"

#include <utility>

namespace leadrelay::process {

bool file_watch::look(config::file_stamps now) {
  const bool rests = now == last_;
  last_ = std::move(now);
  if (!rests || last_ == known_) return false;
  known_ = last_;
  return true;
}

}  // namespace leadrelay::process
