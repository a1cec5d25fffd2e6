#include <functional>
#include <utility>

#include "relay/ending.hpp"
#include "relay/relay.hpp"

// What a commit tells of a request before it leaves, as it may not be repeated, or be followed by an older one.
namespace leadrelay::relay {
namespace {

/// The lower marks of the same lane that a request of several changes stands for.
std::vector<std::int64_t> started_among(const running_lane& lane, std::size_t changes) {
  std::vector<std::int64_t> out;
  for (std::size_t index = 0; index + 1 < changes; ++index)
    if (const std::int64_t offset = lane.queue.changes[index].record.offset; lane.from->offsets.is_started(offset)) out.push_back(offset);
  return out;
}

}  // namespace

/// Returns once the broker knows that it is about to leave. False where its partition was given up.
task<bool> relay::announce(running_lane& lane, const load& what) {
  enter_step(lane, lane_step::announcing);
  delivery::offsets& offsets = lane.from->offsets;
  if (!offsets.is_started(what.last)) {
    lane.announced = what.last;
    if (what.merged) offsets.start_together(what.last, started_among(lane, what.changes));
  }
  const std::function<bool()> started = [&] { return lane.from->leaving || offsets.start(what.last); };
  if (!started()) co_await until(started, time_point::max());
  co_return co_await committed(lane, lane_step::announcing, haste::at_once);
}

/// What was announced has surely had no effect, so that a restart may send it.
void relay::take_back(running_lane& lane) {
  if (!lane.announced) return;
  take_back(*lane.from, *std::exchange(lane.announced, std::nullopt));
}

void relay::take_back(delivery::owned_partition& from, std::int64_t offset) {
  from.offsets.take_back(offset);
  for (const auto& later : later_assignments(from)) {
    later->offsets.take_back_former(offset);
    wake_readers();
  }
  if (from.offsets.ahead_of_broker()) commit_soon(haste::within_interval);
}

}  // namespace leadrelay::relay
