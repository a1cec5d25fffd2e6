#pragma once

#include <ostream>

#include "delivery/gate.hpp"

namespace leadrelay::delivery {

/// Failed expectations name the state.
inline void PrintTo(gate_state state, std::ostream* to) { *to << to_string(state); }

}  // namespace leadrelay::delivery
