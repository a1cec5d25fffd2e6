#include "http/pool.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace leadrelay::http {

/// What pool, leases and acquires share, so that each may end first.
struct pool::state {
  struct idle_connection {
    std::unique_ptr<connection> held;
    time_point since;
  };

  state(loop& on, std::unique_ptr<connector> opens, pool_settings with) : at(on), connects(std::move(opens)), settings(with) {}

  std::unique_ptr<connection> take_idle(time_point now);
  void give_back(std::unique_ptr<connection> back);
  void evict();
  void arm_eviction();
  void stop();

  loop& at;
  std::unique_ptr<connector> connects;
  pool_settings settings;
  std::vector<idle_connection> idle;  ///< the longest idle first
  std::size_t leased = 0;
  bool stopped = false;
  bool eviction_armed = false;
  timer_queue::id eviction{};
};

std::unique_ptr<connection> pool::state::take_idle(time_point now) {
  const time_point oldest = now - settings.idle_time;
  while (!idle.empty()) {
    auto last = std::move(idle.back());
    idle.pop_back();
    if (last.since > oldest && !last.held->stale()) return std::move(last.held);
  }
  return nullptr;
}

void pool::state::give_back(std::unique_ptr<connection> back) {
  --leased;
  if (stopped || !back->reusable()) return;
  back->release_answer();
  idle.push_back({std::move(back), at.now()});
  if (!eviction_armed) arm_eviction();
}

/// The timer stays where the connection it was set for is taken; it finds out when it fires. So an exchange costs no timer.
void pool::state::arm_eviction() {
  eviction_armed = true;
  eviction = at.timers().add(idle.front().since + settings.idle_time, [this] { evict(); });
}

void pool::state::evict() {
  eviction_armed = false;
  const time_point oldest = at.now() - settings.idle_time;
  const auto young = std::find_if(idle.begin(), idle.end(), [&](const idle_connection& one) { return one.since > oldest; });
  idle.erase(idle.begin(), young);
  if (!idle.empty()) arm_eviction();
}

void pool::state::stop() {
  stopped = true;
  idle.clear();
  if (std::exchange(eviction_armed, false)) at.timers().cancel(eviction);
}

pool::lease::lease(std::shared_ptr<state> from, std::unique_ptr<connection> held, bool reused) noexcept
    : from_(std::move(from)),
      connection_(std::move(held)),
      reused_(reused) {
  ++from_->leased;
}

pool::lease::lease(lease&&) noexcept = default;

pool::lease& pool::lease::operator=(lease&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  from_ = std::move(other.from_);
  connection_ = std::move(other.connection_);
  reused_ = other.reused_;
  return *this;
}

pool::lease::~lease() { give_back(); }

void pool::lease::give_back() noexcept {
  if (connection_) from_->give_back(std::move(connection_));
  from_ = nullptr;
}

pool::pool(loop& on, std::unique_ptr<connector> opens, pool_settings settings)
    : state_(std::make_shared<state>(on, std::move(opens), settings)) {}

pool::~pool() { stop(); }

pool::lease pool::take_idle(time_point now) {
  auto idle = state_->take_idle(now);
  return idle ? lease(state_, std::move(idle), true) : lease();
}

task<pool::acquired> pool::acquire() {
  acquired out;
  out.lease = take_idle(state_->at.now());
  if (!out.lease) out = co_await open(state_);
  co_return out;
}

task<pool::acquired> pool::open(std::shared_ptr<state> from) {
  acquired out;
  if (!from->stopped) {
    connected made = co_await from->connects->connect(from->at.now() + from->settings.connect_timeout);
    out.error = made.error;
    out.detail = std::move(made.detail);
    if (made.connection && !from->stopped) out.lease = lease(from, std::move(made.connection), false);
  }
  if (from->stopped) {
    out.error = transport_error::stopped;
    out.detail = "the pool was closed";
  }
  co_return out;
}

void pool::stop() { state_->stop(); }

std::size_t pool::idle() const noexcept { return state_->idle.size(); }

std::size_t pool::leased() const noexcept { return state_->leased; }

}  // namespace leadrelay::http
