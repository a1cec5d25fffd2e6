#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kafka/handles.hpp"

namespace leadrelay::demo {

/// Writes records to one topic of the demo's cluster, from any one thread.
class topic_writer {
 public:
  topic_writer(const std::string& bootstrap_servers, std::string topic);
  void write(const std::string& key, const std::optional<std::string>& value);
  /// Waits until all are acknowledged; false where that takes longer than ten seconds.
  bool flush();

 private:
  std::string topic_;
  kafka::client_handle client_;
};

/// A dead letter as the demo shows it.
struct buried {
  std::string reason;
  std::string account;
  std::string detail;
};

/// Reads `count` dead letters of a topic with `partitions` partitions from its beginning, for at most ten seconds.
std::vector<buried> read_dead_letters(const std::string& bootstrap_servers, const std::string& topic, int partitions, std::size_t count);

}  // namespace leadrelay::demo
