#pragma once

#include <cstdint>

namespace leadrelay::demo {

struct demo_options {
  int events = 4000;       ///< lead changes, bad records come on top
  int seconds = 20;        ///< over which they are produced
  std::uint64_t seed = 1;
};

/// Runs the main job in this process and shows it: librdkafka's mock cluster, the provider sandbox with some faults, and the worker as
/// `leadrelay run` runs it. 0 when every lead at the sandbox ends in its expected state, in order, and exactly the bad records are in
/// the dead letters; 1 otherwise.
int run(const demo_options& options);

}  // namespace leadrelay::demo
