#include "delivery/stall_watch.hpp"

#include <utility>

namespace leadrelay::delivery {

stall_watch::finding stall_watch::look(std::int64_t oldest, std::size_t outstanding, time_point now) noexcept {
  if (outstanding == 0 || oldest != oldest_) {
    oldest_ = outstanding == 0 ? -1 : oldest;
    since_ = now;
    return std::exchange(stalled_, false) ? finding::moves_again : finding::nothing_new;
  }
  if (stalled_ || now - since_ < stalled_after) return finding::nothing_new;
  stalled_ = true;
  return finding::stalled;
}

}  // namespace leadrelay::delivery
