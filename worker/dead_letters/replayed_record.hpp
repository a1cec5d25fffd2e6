#pragma once

#include <string_view>

#include "dead_letters/letter.hpp"
#include "kafka/mover.hpp"

namespace leadrelay::dead_letters {

/// The record that brings a dead letter's change back to the source topic: key, value and headers are the original's. What the dead letter
/// added is left out; `leadrelay.replays` counts on, and `leadrelay.replayed_from` tells where the change first lay. `whole` is the letter,
/// or where its value was cut, the record in the source. The letter tells its source. `topic` is its index among those of the move.
kafka::moved_record make_replayed_record(const events::record& whole, const letter& says, std::size_t topic);

}  // namespace leadrelay::dead_letters
