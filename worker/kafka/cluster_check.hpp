#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "kafka/properties.hpp"

/// Whether the brokers can be reached and have what the worker needs, found out without changing anything: no member joins the group,
/// nothing is committed, written or created. For a thread that may wait.
namespace leadrelay::kafka {

struct asked_topic {
  enum class use { read, written, parked };
  std::string key;  ///< where the configuration names it: `topics.dead_letters`
  std::string name;
  use as = use::read;
  std::string source = {};           ///< of a parked one: the topic whose partitions it needs as many as
  std::uint64_t largest_record = 0;  ///< of a parked one, as of `needed_topic`
};

struct cluster_questions {
  properties given;
  std::vector<asked_topic> topics;  ///< sources before what is parked of them
};

/// One line of what was found. `what` never holds a secret; where it is not good, it says what would be.
struct cluster_finding {
  std::string subject;  ///< `kafka`, or the key of a topic and its name
  bool good = true;
  std::string what;
};

/// The brokers first; nothing else is asked where none answers. A topic that is parked in may be missing where the broker says that the
/// worker may create it. Ends by `deadline`, give or take a second; what was not asked by then is told as such.
///
/// Whether the worker may write cannot be told without writing, nor whether it may join the group without joining.
std::vector<cluster_finding> check_cluster(const cluster_questions& questions, time_point deadline);

}  // namespace leadrelay::kafka
