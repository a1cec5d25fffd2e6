#include "process/reload.hpp"

#include <exception>
#include <set>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "config/changes.hpp"

namespace leadrelay::process {
namespace {

namespace asio = boost::asio;

constexpr duration look_every = std::chrono::seconds{1};
constexpr duration between_tries = std::chrono::seconds{30};

/// The first of them, with how many there are.
std::string text_of(const yaml::issues& found) {
  std::string first;
  std::size_t count = 0;
  for (const yaml::issue& each : found.all()) {
    if (each.warning) continue;
    if (count++ == 0) first = each.text();
  }
  if (count == 0) return "cannot be read";
  return count == 1 ? first : first + " (and " + std::to_string(count - 1) + " more; `leadrelay check` tells all)";
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& each : words) out += (out.empty() ? "" : ", ") + each;
  return out;
}

task<void> finish(relay::relay& of, bool apply) {
  apply ? of.apply() : of.abandon();
  co_return;
}

}  // namespace

reloader::reloader(loop& on, configuration_source source, std::shared_ptr<const config::configuration> now,
                   const std::vector<std::unique_ptr<worker_thread>>& workers, std::function<void()> on_end)
    : loop_(on),
      source_(std::move(source)),
      workers_(workers),
      on_end_(std::move(on_end)),
      wake_(on.executor()) {
  counts_.last_success = on.wall_now();
  follow(std::move(now));
}

/// What changes from the moment on when it was read is seen.
void reloader::follow(std::shared_ptr<const config::configuration> now) {
  now_ = std::move(now);
  std::set<std::string> beside;
  if (now_->providers_dir) beside.insert(*now_->providers_dir);
  for (const config::account& each : now_->accounts)
    for (const auto& [path, stamp] : each.tls_seen) beside.insert(path);
  watched_ = source_.paths;
  watched_.insert(watched_.end(), beside.begin(), beside.end());
  watch_.know(now_->seen);
}

config::file_stamps reloader::look() const { return config::look_at_files(watched_); }

void reloader::start() {
  running_ = true;
  asio::co_spawn(loop_.executor(), run(), asio::detached);
}

void reloader::ask() {
  asked_ = true;
  wake_.notify();
}

void reloader::stop() {
  stopping_ = true;
  wake_.notify();
}

task<void> reloader::run() {
  while (!stopping_) {
    if (is_due())
      co_await reload();
    else
      co_await loop_.wait_until(wake_, loop_.now() + look_every);
  }
  running_ = false;
  on_end_();
}

bool reloader::is_due() {
  const bool changed = watch_.look(look());
  tells_all_ = std::exchange(asked_, false);
  return tells_all_ || changed || (again_at_ && loop_.now() >= *again_at_);
}

task<void> reloader::reload() {
  again_at_.reset();
  watch_.know(look());
  yaml::issues issues;
  auto read = co_await read_aside(issues);
  if (stopping_) co_return;
  if (!read) co_return refuse(text_of(issues));
  const auto next = std::make_shared<const config::configuration>(std::move(*read));
  if (const auto keys = config::restart_keys(*now_, *next); !keys.empty()) co_return refuse("needs a restart: " + join(keys));
  const std::string problem = co_await prepare_all(next);
  const bool good = problem.empty() && !stopping_;
  co_await finish_all(good);
  if (stopping_) co_return;
  if (!good) co_return refuse(problem);
  follow(next);
  ++counts_.applied;
  counts_.last_success = loop_.wall_now();
  counts_.refusal.clear();
  log::info("configuration reloaded", {{"accounts", now_->accounts.size()}});
}

/// A large one takes longer to read than the loop may stand still.
task<std::optional<config::configuration>> reloader::read_aside(yaml::issues& into) {
  std::optional<config::configuration> out;
  wakeup done(loop_.executor());
  std::thread reading([&] {
    try {
      out = source_.read(into);
    } catch (const std::exception& thrown) {
      into.add(source_.paths.front(), YAML::Mark(), std::string("cannot be read: ") + thrown.what());
      out.reset();
    }
    asio::post(loop_.executor(), [&done] { done.notify(); });
  });
  co_await done.wait();
  reading.join();
  co_return out;
}

/// Why it is refused; empty where every worker is ready to take it.
task<std::string> reloader::prepare_all(std::shared_ptr<const config::configuration> next) {
  for (const auto& each : workers_) {
    const outcome<void> ready = co_await asio::co_spawn(each->on(), each->prepare(next), use_task);
    if (!ready) co_return ready.error().detail;
    if (stopping_) break;
  }
  co_return std::string();
}

task<void> reloader::finish_all(bool apply) {
  for (const auto& each : workers_) co_await asio::co_spawn(each->on(), finish(each->relay(), apply), use_task);
}

/// Told where it is another reason than before, or somebody has asked.
void reloader::refuse(const std::string& why) {
  again_at_ = loop_.now() + between_tries;
  const bool is_known = counts_.refusal == why;
  if (!is_known) ++counts_.refused;
  counts_.refusal = why;
  if (is_known && !tells_all_) return;
  log::error("configuration refused, the former one stays", {{"problem", why}});
}

}  // namespace leadrelay::process
