#include "process/process.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <future>
#include <random>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_future.hpp>

#include "base/log.hpp"
#include "base/version.hpp"

namespace leadrelay::process {
namespace {

namespace asio = boost::asio;

/// What a drain may take beyond the grace before the process ends without it.
constexpr duration hard_stop_after_grace = std::chrono::seconds{10};

wall_time wall_clock() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

struct worker_snapshot {
  leadrelay::relay::relay_snapshot relay;
  otlp::export_counts spans;
};

task<worker_snapshot> snapshot_of(worker_thread& worker) {
  worker_snapshot out{worker.relay().snapshot(), worker.export_counts()};
  co_return out;
}

}  // namespace

struct process::signals {
  explicit signals(executor on) : ending(on), log_level(on), reload(on) {}
  asio::basic_signal_set<executor> ending;
  asio::basic_signal_set<executor> log_level;
  asio::basic_signal_set<executor> reload;
};

process::process(duration grace) : grace_(grace), started_(wall_clock()) {}

/// What stands on a loop goes before it. A snapshot that was asked for too late stands in another worker's loop and belongs to the first
/// one's, which therefore ends last.
process::~process() {
  signals_.reset();
  admin_.reset();
  reloader_.reset();
  other_ended_.reset();
  while (!workers_.empty()) workers_.pop_back();
}

outcome<std::unique_ptr<process>> process::make(std::shared_ptr<const config::configuration> configuration, configuration_source source) {
  std::unique_ptr<process> made(new process(configuration->grace));
  std::random_device entropy;
  for (int index = 0; index < configuration->threads; ++index) {
    const std::uint64_t seed = (std::uint64_t{entropy()} << 32) | entropy();
    auto worker = worker_thread::make(configuration, {index, configuration->threads}, seed, [self = made.get()] { self->fail(); });
    if (!worker) return worker.error();
    made->workers_.push_back(std::move(*worker));
  }
  made->other_ended_ = std::make_unique<wakeup>(made->workers_.front()->on());
  if (source.read)
    made->reloader_ = std::make_unique<reloader>(made->workers_.front()->of(), std::move(source), configuration, made->workers_,
                                                 [self = made.get()] { self->other_ended_->notify(); });
  auto snapshots = [self = made.get()] { return self->snapshot(); };
  made->admin_ = std::make_unique<admin::server>(made->workers_.front()->of(), std::move(snapshots));
  const auto port = made->admin_->listen(configuration->admin.host, configuration->admin.port);
  if (!port) return port.error();
  made->admin_port_ = *port;
  log::info("admin listening", {{"host", configuration->admin.host}, {"port", *port}});
  return made;
}

bool process::run() {
  watch_signals();
  if (reloader_) reloader_->start();
  std::vector<std::jthread> threads;
  for (std::size_t index = 1; index < workers_.size(); ++index) threads.emplace_back([this, index] { workers_[index]->run(); });
  workers_.front()->run();
  threads.clear();
  log::info("stopped");
  return !failed_;
}

void process::stop() {
  asio::post(workers_.front()->on(), [this] { begin_drain(); });
}

void process::fail() {
  failed_ = true;
  stop();
}

void process::begin_drain() {
  if (draining_) return;
  draining_ = true;
  if (reloader_) reloader_->stop();
  watch_grace();
  for (std::size_t index = 1; index < workers_.size(); ++index) {
    ++others_draining_;
    asio::co_spawn(workers_[index]->on(), drain_other(*workers_[index]), asio::detached);
  }
  asio::co_spawn(workers_.front()->on(), end_last(), asio::detached);
}

task<void> process::drain_other(worker_thread& other) {
  co_await other.drain(grace_);
  asio::post(workers_.front()->on(), [this] {
    --others_draining_;
    other_ended_->notify();
  });
}

/// The first worker's loop serves the admin endpoints, which ask the others' loops, and watches the grace: all loops turn until all have
/// drained and nobody asks any more.
task<void> process::end_last() {
  worker_thread& first = *workers_.front();
  co_await first.drain(grace_);
  while (others_draining_ > 0 || (reloader_ && !reloader_->has_ended())) co_await other_ended_->wait();
  admin_->stop();
  signals_->ending.cancel();
  signals_->log_level.cancel();
  signals_->reload.cancel();
  for (std::size_t index = 1; index < workers_.size(); ++index)
    asio::post(workers_[index]->on(), [other = workers_[index].get()] { other->end(); });
  first.end();
}

void process::watch_signals() {
  signals_ = std::make_unique<signals>(workers_.front()->on());
  signals_->ending.add(SIGTERM);
  signals_->ending.add(SIGINT);
  signals_->log_level.add(SIGUSR1);
  signals_->log_level.add(SIGUSR2);
  watch_log_level();
  if (reloader_) {
    signals_->reload.add(SIGHUP);
    watch_reload();
  }
  signals_->ending.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    log::info("signal", {{"number", number}});
    begin_drain();
  });
}

/// SIGUSR1 makes the log more detailed by a level, SIGUSR2 less.
void process::watch_log_level() {
  signals_->log_level.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    const log::level before = log::least_level();
    log::set_log_level(number == SIGUSR1 ? log::more_detailed(before) : log::less_detailed(before));
    // Whatever the level, who has sent the signal sees that it has come.
    const log::level now = log::least_level();
    log::write(std::max(now, log::level::info), "log level", {{"level", log::to_string(now)}, {"before", log::to_string(before)}});
    watch_log_level();
  });
}

void process::watch_reload() {
  signals_->reload.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    reloader_->ask();
    watch_reload();
  });
}

void process::watch_grace() {
  loop& first = workers_.front()->of();
  first.timers().add(first.now() + grace_ + hard_stop_after_grace, [] {
    log::error("the drain has not ended within the grace; what is not committed is delivered again after the restart");
    std::quick_exit(1);
  });
}

task<admin::process_snapshot> process::snapshot() {
  admin::process_snapshot out;
  out.version = version;
  out.started = started_;
  out.taken = wall_clock();
  out.at = workers_.front()->of().now();
  if (reloader_) out.reloads = reloader_->counts();
  if (!reloader_) out.reloads.last_success = started_;
  for (const auto& worker : workers_) {
    if (worker == workers_.front()) {
      out.workers.push_back(worker->relay().snapshot());
      out.spans.add(worker->export_counts());
    } else {
      worker_snapshot other = co_await asio::co_spawn(worker->on(), snapshot_of(*worker), use_task);
      out.workers.push_back(std::move(other.relay));
      out.spans.add(other.spans);
    }
  }
  co_return out;
}

std::optional<admin::process_snapshot> process::snapshot_from_outside() {
  auto pending = asio::co_spawn(workers_.front()->on(), snapshot(), asio::use_future);
  if (pending.wait_for(std::chrono::seconds{2}) != std::future_status::ready) return std::nullopt;
  return pending.get();
}

}  // namespace leadrelay::process
