#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "events/decode.hpp"
#include "relay/ending.hpp"
#include "relay/relay.hpp"

// From the record to its lane: what Kafka delivers is decoded, finds its account, and waits behind the earlier changes of its lead.
namespace leadrelay::relay {
namespace {

/// What a waiting change costs beside its record: its place in the lane, and the lane itself.
constexpr std::uint64_t bookkeeping_bytes = 512;

}  // namespace

void relay::on_record(events::record&& taken) {
  const auto owner = partitions_.find({*taken.topic, taken.partition});
  if (draining_ || owner == partitions_.end() || owner->second->leaving) return;
  if (!owner->second->offsets.take(taken.offset)) return;
  ++metrics_.records;
  metrics_.record_bytes += taken.size;
  delivery::change change{.record = std::move(taken), .from = owner->second, .decoded = nullptr, .held_bytes = 0};
  hold(change);
  route(std::move(change));
}

void relay::route(delivery::change taken) {
  const std::size_t size = taken.record.key.value_or("").size() + taken.record.value.value_or("").size();
  if (size > configuration_.max_record)
    return bury_unsent(std::move(taken), {reason::too_large, "key and value are " + std::to_string(size) + " bytes, at most " +
                                                                 std::to_string(configuration_.max_record) + " (max_record)"});
  auto decoded = events::decode(taken.record);
  if (!decoded) return bury_unsent(std::move(taken), decoded.error());
  const auto found = accounts_by_name_.find(decoded->account);
  if (found == accounts_by_name_.end())
    return bury_unsent(std::move(taken), {reason::unknown_account, "account: the configuration has none of that name"});
  taken.decoded = std::make_unique<events::lead_change>(std::move(*decoded));
  append_to_lane(*found->second, std::move(taken));
}

void relay::append_to_lane(account& to, delivery::change taken) {
  ++to.metrics().taken;
  to.count_pending(1);
  running_lane& lane = to.lane_of(events::order_key(taken.record, *taken.decoded, configuration_.order));
  const bool idle = lane.queue.changes.empty();
  if (!idle) taken.decoded.reset();
  lane.queue.changes.push_back(std::move(taken));
  if (!idle) return;
  ++running_;
  boost::asio::co_spawn(loop_.executor(), run_lane(to, lane), boost::asio::detached);
}

void relay::bury_unsent(delivery::change taken, problem why) {
  ++running_;
  boost::asio::co_spawn(loop_.executor(), bury_alone(std::move(taken), std::move(why)), boost::asio::detached);
}

task<void> relay::bury_alone(delivery::change doomed, problem why) {
  ++doomed.from->busy;
  const ending end = ending::of(why);
  ++metrics_.dead_letters[static_cast<std::size_t>(why.reason)];
  if (co_await bury(nullptr, doomed, end)) settle(nullptr, doomed, end);
  --doomed.from->busy;
  release(doomed);
  --running_;
  tell_progress();
}

void relay::hold(delivery::change& taken) {
  taken.held_bytes = taken.record.held_bytes() + bookkeeping_bytes;
  budget_.take(taken.held_bytes);
  pause_or_resume();
}

void relay::release(const delivery::change& ended) {
  budget_.give(ended.held_bytes);
  pause_or_resume();
}

void relay::pause_or_resume() {
  if (budget_.full() == paused_) return;
  paused_ = budget_.full();
  if (paused_) {
    consumer_.pause(owned());
  } else {
    consumer_.resume(owned());
  }
}

}  // namespace leadrelay::relay
