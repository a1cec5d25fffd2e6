#pragma once

#include <string>
#include <vector>

#include "delivery/offset_map.hpp"
#include "simulation/simulated_world.hpp"
#include "unit/relay/snapshot_support.hpp"

namespace leadrelay {

inline std::string account(const std::string& provider, const std::string& more, const std::string& name = "acme") {
  return "  " + name + ": { provider: " + provider + ", base_url: 'http://127.0.0.1:1', credential: { env: PATH }, " + more + " }\n";
}

inline void deliver(simulated::world& w, int first, int last, int lead = 1, int partition = 0) {
  for (int number = first; number <= last; ++number)
    w.kafka.deliver(partition, "lead" + std::to_string(lead), simulated::orwel_event(lead, number));
}

inline std::string octanist_event(const std::string& id, const std::string& changes, const std::string& lead = "x",
                                  const std::string& account = "acme") {
  return R"({"id":")" + id + R"(","account":")" + account + R"(","lead":{"id":")" + lead + R"("},"changes":)" + changes + "}";
}

/// Changes of one lead, of which the first is `e1`.
inline void deliver_octanist(simulated::world& w, const std::vector<std::string>& changes) {
  for (std::size_t index = 0; index < changes.size(); ++index)
    w.kafka.deliver(0, "k", octanist_event("e" + std::to_string(index + 1), changes[index]));
}

inline std::vector<std::string> bodies(const simulated::world& w) {
  std::vector<std::string> out;
  for (const auto& each : w.provider.requests) out.push_back(each.body);
  return out;
}

/// The offsets that the last commit says have started.
inline std::vector<std::int64_t> started(simulated::world& w) {
  const auto map = delivery::decode_offset_map(w.kafka.metadata[0], w.kafka.committed[0]);
  return map ? map->started : std::vector<std::int64_t>{};
}

/// What a worker that died has left in partition 0: its changes up to `offset` may have been applied together.
inline void leave_marked(simulated::world& w, std::int64_t offset, int partitions = 1) {
  for (int number = 0; number < partitions; ++number) w.kafka.committed[number] = 0;
  w.kafka.metadata[0] = delivery::encode({.writer = 0, .settled = {}, .started = {offset}}, 0);
  w.kafka.assign(partitions);
}

}  // namespace leadrelay
