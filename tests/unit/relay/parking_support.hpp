#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "simulation/simulated_world.hpp"
#include "sink/parked_record.hpp"
#include "unit/relay/merging_support.hpp"

namespace leadrelay {

inline const std::string log_of_acme = "test.parked.acme";

struct parking_world : simulated::world {
  explicit parking_world(const std::string& accounts, const std::string& more = {}, std::uint64_t memory = 64ull << 20)
      : world(accounts, more, memory, 1, 10'000, true) {}

  bool run_until_settled(duration at_most = std::chrono::hours{2}) {
    return loop.run_until([this] { return all_committed() && logs.all_committed() && parked("acme") == 0; }, at_most);
  }
  relay::account_snapshot of(const std::string& name) {
    for (const auto& each : relay->snapshot().accounts)
      if (each.name == name) return each;
    return {};
  }
  std::uint64_t parked(const std::string& name) { return of(name).parked_partitions; }
};

/// `acme` and `other`, both Orwel, whose changes go one by one.
inline std::string two_accounts(const std::string& of_acme, const std::string& of_other = "limits: []") {
  return account("orwel", "merging: false, " + of_acme) + account("orwel", "merging: false, " + of_other, "other");
}

/// Leads from 100 on are of the account `other`.
inline void feed(simulated::world& w, int lead, int first, int last, int partition = 0) {
  for (int number = first; number <= last; ++number)
    w.kafka.deliver(partition, "lead" + std::to_string(lead), simulated::orwel_event(lead, number, lead < 100 ? "acme" : "other"));
}

/// That acme takes long for what waits of it is known only then.
inline void wait_until_slow(parking_world& w) { w.loop.run_for(std::chrono::seconds{7}); }

/// Changes with gaps between their offsets come to partition 0 until acme is parked there, of the leads that `lead` names by a number that
/// counts; gives how many came, 5,000 where in vain.
template <class Lead>
int fill_offset_map(parking_world& w, Lead lead) {
  int fed = 0;
  while (w.parked("acme") == 0 && ++fed < 5000) {
    w.kafka.delivered_next[0] += 40;
    feed(w, lead(fed), fed, fed);
  }
  return fed;
}

inline int lead_of(const simulated::seen_request& seen) { return std::stoi(seen.target.substr(seen.target.size() - 12)); }

/// The provider, which refuses acme's credential until it `works`.
class acme_provider {
 public:
  explicit acme_provider(simulated::world& w, bool works_now = false) : state_(std::make_shared<bool>(works_now)), works(*state_) {
    w.provider.react = [state = state_](const simulated::seen_request& seen) {
      return simulated::reaction{.status = !*state && lead_of(seen) < 100 ? 401u : 200u};
    };
  }

 private:
  std::shared_ptr<bool> state_;  ///< the world asks until it ends

 public:
  bool& works;
};

inline std::vector<std::string> bodies_up_to(int last) {
  std::vector<std::string> out;
  for (int number = 1; number <= last; ++number) out.push_back(simulated::orwel_body(number));
  return out;
}

/// A change that an earlier worker, or somebody else's, has parked for acme, from that offset of the source.
inline void leave_parked(simulated::world& w, const std::string& key, const std::string& event, std::int64_t offset, int partition = 0) {
  events::record from = events::copy_record(key, event, {});
  from.topic = std::make_shared<const std::string>("changes");
  from.partition = partition;
  from.offset = offset;
  from.timestamp_ms = 1;
  w.logs.write({.topics = {{log_of_acme, 1}}, .records = {sink::make_parked_record(from, 0, partition)}, .offsets = {}});
}

inline void leave_parked(simulated::world& w, int lead, int number, std::int64_t offset, int partition = 0) {
  leave_parked(w, "lead" + std::to_string(lead), simulated::orwel_event(lead, number), offset, partition);
}

/// How many records of partition 0, whose offsets have no gaps, the last commit says are settled.
inline std::int64_t told_settled(simulated::world& w) {
  std::int64_t out = w.kafka.committed[0];
  if (const auto map = delivery::decode_offset_map(w.kafka.metadata[0], out))
    for (const auto& range : map->settled) out += range.last - range.first + 1;
  return out;
}

}  // namespace leadrelay
