#include "kafka/assignment.hpp"

namespace leadrelay::kafka {

void assignment::add(const std::vector<topic_partition>& partitions) {
  for (const topic_partition& partition : partitions) {
    if (partition.partition < 0) continue;
    held_.insert(partition);
    topic* of = find(partition.topic);
    if (!of) of = &topics_.emplace_back(topic{std::make_shared<const std::string>(partition.topic), {}});
    const auto index = static_cast<std::size_t>(partition.partition);
    if (of->held.size() <= index) of->held.resize(index + 1);
    of->held[index] = true;
  }
}

void assignment::remove(const std::vector<topic_partition>& partitions) {
  for (const topic_partition& partition : partitions) {
    if (held_.erase(partition) == 0) continue;
    find(partition.topic)->held[static_cast<std::size_t>(partition.partition)] = false;
  }
}

std::shared_ptr<const std::string> assignment::topic_if_held(std::string_view name, std::int32_t partition) {
  const topic* const of = find(name);
  if (!of || partition < 0) return nullptr;
  const auto index = static_cast<std::size_t>(partition);
  return index < of->held.size() && of->held[index] ? of->name : nullptr;
}

assignment::topic* assignment::find(std::string_view name) {
  if (last_found_ < topics_.size() && *topics_[last_found_].name == name) return &topics_[last_found_];
  for (std::size_t at = 0; at < topics_.size(); ++at) {
    if (*topics_[at].name != name) continue;
    last_found_ = at;
    return &topics_[at];
  }
  return nullptr;
}

}  // namespace leadrelay::kafka
