#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"
#include "delivery/offsets.hpp"
#include "delivery/stall_watch.hpp"
#include "events/record.hpp"
#include "tracing/change_trace.hpp"

namespace leadrelay::delivery {

/// One partition while this worker owns it. Changes keep it alive: one that ends after the partition was given up settles
/// into a state that nobody commits any more.
struct owned_partition {
  std::string topic;
  std::int32_t number = -1;
  int number_of_all = 0;  ///< among the partitions of all subscribed topics
  delivery::offsets offsets;
  int busy = 0;                      ///< changes of it that are being delivered or buried now
  bool leaving = false;              ///< nothing of it is started any more
  bool given_up = false;             ///< somebody else may own it
  bool paused = false;               ///< nothing of it is taken in
  bool parked = false;               ///< of an account's parked changes, not of a source topic
  bool crowded = false;              ///< as many changes of it wait as may
  bool told_of_old_offsets = false;  ///< so that it is logged once
  bool told_of_parting = false;      ///< of changes that may have left together and can't again: so that it is logged once
  /// Where lanes wait until what was started before is read: not longer than until then, all of them.
  std::optional<time_point> read_by{};
  stall_watch watch;
};

/// A lead change on its way, from the record to its settled end.
struct change {
  events::record record;
  std::shared_ptr<owned_partition> from;
  std::uint64_t held_bytes = 0;                    ///< what it takes from the budget
  std::unique_ptr<events::origin> origin{};        ///< of one that was parked
  std::unique_ptr<const std::string> buried_id{};  ///< the event's, once its record's value has gone to the dead letters
  std::unique_ptr<tracing::change_trace> trace{};  ///< where the worker traces
};

/// The queue of one lead's pending changes within one account. The first is the one being worked on.
struct lane {
  std::string key;
  std::deque<change> changes;
};

}  // namespace leadrelay::delivery
