#include "simulation/worker_process.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

/// What the largest record of a run takes from the budget, more or less: taking in stops with the record that goes beyond it.
constexpr std::uint64_t largest_held = 8 << 10;

/// How long after its grace a worker may take to end: a connection that is being opened is not given up before its own timeout.
constexpr duration end_slack = config::default_connect_timeout + 1s;

}  // namespace

worker_process::worker_process(surroundings& at, broker& of, std::vector<std::unique_ptr<provider>>& providers,
                               std::shared_ptr<const config::configuration> with, const scenario& plan, int number)
    : at_(at),
      configuration_(with),
      state_(std::make_shared<process_state>(process_state{.worker = number})),
      member_(at, of, number),
      letters_(at, of, number),
      parker_(at, of, member_),
      reader_(at, of, number),
      memory_(plan.memory) {
  auto connectors = [this, &providers, names = with](const config::account& whose) {
    const auto found = std::ranges::find(names->accounts, whose.name, &config::account::name);
    return make_connector(at_, *providers[static_cast<std::size_t>(found - names->accounts.begin())], state_);
  };
  relay_ = std::make_unique<leadrelay::relay::relay>(leadrelay::relay::relay_parts{.on = at_.loop,
                                                                                   .configuration = std::move(with),
                                                                                   .consumer = member_,
                                                                                   .producer = letters_,
                                                                                   .connectors = connectors,
                                                                                   .memory = plan.memory,
                                                                                   .enough_ahead = plan.enough_ahead,
                                                                                   .random_seed = at_.random.number(),
                                                                                   .mover = &parker_,
                                                                                   .reader = &reader_});
  state_->in_flight = [this](int account) {
    return static_cast<std::int64_t>(relay_->snapshot().accounts[static_cast<std::size_t>(account)].in_flight);
  };
  member_.on_delivered = [this] { check_held_bytes(); };
}

worker_process::~worker_process() = default;

void worker_process::start() {
  at_.log.event("start", {{"worker", number()}});
  if (const auto started = relay_->start(); !started) throw std::logic_error(started.error().detail);
}

void worker_process::check_held_bytes() {
  const relay::relay_snapshot now = relay_->snapshot();
  std::uint64_t parked = 0;
  for (const auto& each : now.accounts) parked += each.parked_partitions;
  has_unparked_ = now.held_bytes > memory_ && (has_unparked_ || parked < parked_partitions_);
  parked_partitions_ = parked;
  if (now.held_bytes <= memory_) has_caught_up_ = true;
  if (std::ranges::any_of(now.partitions, &relay::partition_snapshot::catching_up)) has_caught_up_ = false;
  const std::uint64_t most = has_unparked_ ? memory_ / 2 * 5 : has_caught_up_ ? memory_ : memory_ / 2 * 3;
  if (now.held_bytes > most + largest_held)
    at_.log.broken("memory_bounded",
                   "worker " + std::to_string(number()) + " holds " + std::to_string(now.held_bytes) + " bytes of " + std::to_string(most));
}

void worker_process::drain(duration grace) {
  if (draining_) return;
  draining_ = true;
  end_by_ = at_.loop.now() + grace + end_slack;
  at_.log.event("drain", {{"worker", number()}, {"killed", state_->killed}});
  auto draining = [this, grace]() -> task<void> {
    co_await relay_->drain(grace);
    ended_ = true;
    at_.log.event("ended", {{"worker", number()}});
    look_what_is_left(relay_->snapshot());
  };
  boost::asio::co_spawn(at_.loop.executor(), std::move(draining), boost::asio::detached);
}

void worker_process::look_what_is_left(const leadrelay::relay::relay_snapshot& ended) {
  const std::string who = "worker " + std::to_string(number()) + " has ended and ";
  if (ended.held_bytes != 0) at_.log.broken("memory_given_back", who + "holds " + std::to_string(ended.held_bytes) + " bytes");
  for (const auto& each : ended.accounts)
    if (each.waiting == 0 && each.oldest) at_.log.broken("oldest_is_forgotten", who + each.name + " still has an oldest change");
}

std::string worker_process::describe() const {
  const leadrelay::relay::relay_snapshot now = relay_->snapshot();
  std::string out = "worker " + std::to_string(number()) + (now.paused ? ", paused:" : ":");
  for (const auto& each : now.accounts)
    out += " " + each.name + " is " + std::string(delivery::to_string(each.state)) + " with " + std::to_string(each.waiting) +
           " waiting and " + std::to_string(each.in_flight) + " in flight;";
  for (const auto& each : now.partitions)
    out += " partition " + std::to_string(each.partition) + " has " + std::to_string(each.outstanding) + " outstanding;";
  return out;
}

void worker_process::reload(std::shared_ptr<const config::configuration> next, duration later) {
  if (draining_ || std::exchange(reloading_, true)) return;
  auto reloading = [this, next, later]() -> task<void> {
    const outcome<void> ready = co_await relay_->prepare(next);
    if (ready) co_await at_.loop.sleep_until(at_.loop.now() + later);
    if (ready && !draining_) {
      relay_->apply();
      configuration_ = next;
      on_reloaded();
      at_.log.event("reloaded", {{"worker", number()}});
    }
    reloading_ = false;
  };
  boost::asio::co_spawn(at_.loop.executor(), std::move(reloading), boost::asio::detached);
}

void worker_process::kill() {
  at_.log.event("kill", {{"worker", number()}});
  state_->killed = true;
  member_.kill();
  letters_.kill();
  parker_.kill();
  reader_.close(0s);
  drain(0s);
}

}  // namespace leadrelay::simulation
