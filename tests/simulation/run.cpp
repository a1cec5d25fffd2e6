#include "simulation/run.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "simulation/scenario.hpp"
#include "simulation/worker_process.hpp"

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

/// In calm everything settles within this: an outage may last ten minutes of it, the longest back-off and probe pause are a minute, an
/// answer takes at most half a minute, and the strictest limit of a partition with most of the records is a request in 22.5 s.
constexpr duration longest_settling = 2h;
constexpr duration last_grace = 30s;
/// Nobody could tell one change that always fails from an outage if nothing else of its account came.
constexpr duration between_signs_of_life = 20s;
constexpr std::size_t most_workers = 4;
/// So many steps of the loop at one moment of time are a loop without end.
constexpr int most_steps_at_once = 200'000;

class world {
 public:
  world(std::uint64_t seed, bool prints);
  void run();
  /// Whether all coroutines have ended, so that the world may be destroyed.
  bool ended() const { return std::ranges::all_of(workers_, &worker_process::ended); }
  const trace& log() const noexcept { return log_; }
  time_point now() const noexcept { return loop_.now(); }
  use_of_limits use() const;

 private:
  bool run_until(const std::function<bool()>& reached, duration at_most);
  bool failed() const { return log_.first_violation().has_value(); }

  void start_worker();
  void feed();
  void make_trouble_later();
  void make_trouble();
  void trouble_a_provider();
  void trouble_the_brokers();
  void trouble_a_worker();
  void replace_worker_later();
  void reload_later();
  void tell_providers_the_limits();
  std::shared_ptr<const config::configuration> any_configuration();
  void calm_down();
  void settle();
  void show_signs_of_life();
  void end_all();
  worker_process* any_running();
  std::size_t running() const;
  void check_drains();

  boost::asio::io_context context_;
  simulated::virtual_loop loop_{context_};
  scenario plan_;
  trace log_;
  ledger truth_;
  surroundings at_{loop_, plan_.random, log_, truth_};
  broker broker_;
  std::vector<std::unique_ptr<provider>> providers_;
  std::vector<std::unique_ptr<worker_process>> workers_;
  feeder feeder_;
  int fed_ = 0;
  time_point calm_at_{};
  bool calm_ = false;
};

world::world(std::uint64_t seed, bool prints)
    : plan_(seed),
      log_(loop_, prints),
      truth_(log_, plan_.with->rules, plan_.partitions),
      broker_(at_, plan_.partitions, *plan_.with->configuration),
      feeder_(plan_) {
  broker_.rebalance_deadline = plan_.rebalance_deadline;
  broker_.gaps_per_mille = plan_.gaps_per_mille;
  for (const config::account& each : plan_.with->configuration->accounts) {
    const std::size_t number = providers_.size();
    providers_.push_back(std::make_unique<provider>(at_, static_cast<int>(number), each.limits, plan_.with->kept[number]));
  }
  if (plan_.crowded) providers_[slow_when_crowded]->weather.slowest = 20s;
}

use_of_limits world::use() const {
  use_of_limits out;
  for (const auto& each : providers_) out += each->use();
  return out;
}

bool world::run_until(const std::function<bool()>& reached, duration at_most) {
  time_point last{};
  int steps = 0;
  const auto reached_or_failed = [&] {
    steps = std::exchange(last, loop_.now()) == loop_.now() ? steps + 1 : 0;
    if (steps > most_steps_at_once) log_.broken("time_goes_on", "the loop turns without end");
    return failed() || reached();
  };
  return loop_.run_until(reached_or_failed, at_most) && !failed();
}

void world::run() {
  for (int number = 0; number < plan_.workers; ++number) start_worker();
  calm_at_ = loop_.now() + plan_.troubles;
  feed();
  make_trouble_later();
  reload_later();
  at_.after(plan_.troubles, [this] { calm_down(); });
  run_until([this] { return calm_; }, plan_.troubles + 1s);
  if (!failed()) settle();
  if (!failed()) end_all();
  if (!failed()) truth_.check_end();
}

void world::start_worker() {
  workers_.push_back(
      std::make_unique<worker_process>(at_, broker_, providers_, any_configuration(), plan_, static_cast<int>(workers_.size())));
  workers_.back()->on_reloaded = [this] { tell_providers_the_limits(); };
  workers_.back()->start();
  tell_providers_the_limits();
}

std::shared_ptr<const config::configuration> world::any_configuration() {
  return plan_.reloads && plan_.reload_random.per_mille(700) ? plan_.with->stricter : plan_.with->configuration;
}

void world::reload_later() {
  if (!plan_.reloads) return;
  at_.after(plan_.reload_random.between(200ms, 5s), [this] {
    for (const auto& each : workers_)
      if (each->running() && plan_.reload_random.per_mille(600)) each->reload(any_configuration(), plan_.reload_random.between(0ns, 2s));
    if (calm_ && loop_.now() > calm_at_ + 60s) return;
    reload_later();
  });
}

/// A worker that has ended sends nothing any more.
void world::tell_providers_the_limits() {
  const config::configuration& stricter = *plan_.with->stricter;
  const bool all = std::ranges::all_of(workers_, [&](const auto& each) { return each->ended() || each->configuration() == &stricter; });
  for (std::size_t index = 0; index < providers_.size(); ++index)
    providers_[index]->expect_stricter(all ? std::optional(stricter.accounts[index].limits) : std::nullopt);
}

void world::feed() {
  for (int burst = plan_.random.between(1, 12); burst > 0 && fed_ < plan_.records; --burst) broker_.append(feeder_.next(fed_++));
  if (fed_ < plan_.records) at_.after(plan_.random.between(0ns, 2 * plan_.feeding * 6 / plan_.records), [this] { feed(); });
}

// --- Troubles -------------------------------------------------------------------------------------------------------------------------

void world::make_trouble_later() {
  at_.after(plan_.random.between(100ms, 6s), [this] {
    if (calm_ || loop_.now() >= calm_at_) return;
    make_trouble();
    make_trouble_later();
  });
}

void world::make_trouble() {
  check_drains();
  switch (plan_.random.below(10)) {
    case 0:
    case 1:
    case 2:
    case 3: return trouble_a_provider();
    case 4:
    case 5: return trouble_the_brokers();
    default: return trouble_a_worker();
  }
}

void world::trouble_a_provider() {
  provider& whose = *providers_[static_cast<std::size_t>(plan_.random.below(static_cast<int>(providers_.size())))];
  if (whose.is_down()) return;
  provider_weather& weather = whose.weather = {};
  const int trouble = plan_.random.below(10);
  log_.event("provider", {{"account", whose.account()}, {"trouble", trouble}});
  switch (trouble) {
    case 0: break;
    case 1: weather.server_errors = 300; break;
    case 2: weather.too_many = 300; break;
    case 3: weather.connections_lost = 300; break;
    case 4: weather.hangs = 150; break;
    case 5:
      weather.connects_fail = 500;
      weather.connects_slow = 300;
      weather.closes = 500;
      break;
    case 6: weather.refuses_credential = true; break;
    case 7: weather.slowest = 40s; break;
    case 8: whose.go_down(); break;
    default:
      weather = {.server_errors = 100,
                 .too_many = 100,
                 .connections_lost = 100,
                 .hangs = 30,
                 .connects_fail = 100,
                 .connects_slow = 50,
                 .closes = 200,
                 .refuses_credential = false,
                 .slowest = 1s};
  }
}

void world::trouble_the_brokers() {
  broker_weather& weather = broker_.weather = {};
  const int trouble = plan_.random.below(7);
  log_.event("brokers", {{"trouble", trouble}});
  switch (trouble) {
    case 0: break;
    case 1: weather.commits_fail = 500; break;
    case 2: weather.commits_fail_partly = 500; break;
    case 3: weather.commit_answers_lost = 500; break;
    case 4:
      weather.produces_refused = 300;
      weather.produces_fail = 300;
      weather.produce_answers_lost = 300;
      break;
    case 5: weather.slowest = 4s; break;
    default:
      weather = {.commits_fail = 100,
                 .commits_fail_partly = 100,
                 .commit_answers_lost = 100,
                 .produces_refused = 100,
                 .produces_fail = 100,
                 .produce_answers_lost = 100,
                 .slowest = 300ms};
  }
}

void world::trouble_a_worker() {
  worker_process* const whose = any_running();
  switch (plan_.random.below(5)) {
    case 0:
      if (!whose) return;
      whose->drain(plan_.random.between(1s, 30s));
      return replace_worker_later();
    case 1:
      if (!whose) return;
      whose->kill();
      at_.after(plan_.session_timeout, [this, whose] { broker_.expire(whose->member()); });
      return replace_worker_later();
    case 2:
      if (whose && whose->member().may_lose_session()) whose->member().lose_session(plan_.random.between(0ns, 10s));
      return;
    case 3:
      if (running() < most_workers) start_worker();
      return;
    default: broker_.rebalance();
  }
}

void world::replace_worker_later() {
  at_.after(plan_.random.between(0ns, 5s), [this] {
    if (!calm_ && running() < most_workers) start_worker();
  });
}

worker_process* world::any_running() {
  std::vector<worker_process*> candidates;
  for (const auto& each : workers_)
    if (each->running()) candidates.push_back(each.get());
  return candidates.empty() ? nullptr : plan_.random.one_of(candidates);
}

std::size_t world::running() const { return static_cast<std::size_t>(std::ranges::count_if(workers_, &worker_process::running)); }

/// A clean end: who drains has ended when the grace is over.
void world::check_drains() {
  for (const auto& each : workers_)
    if (each->overdue()) log_.broken("drain_ends", "worker " + std::to_string(each->number()) + " has not ended");
}

// --- The end --------------------------------------------------------------------------------------------------------------------------

void world::calm_down() {
  calm_ = true;
  log_.event("calm", {});
  broker_.weather = {};
  for (const auto& each : providers_)
    if (!each->is_down()) each->weather = {};
  if (running() == 0) start_worker();
}

void world::show_signs_of_life() {
  const auto& changes = truth_.changes();
  const auto failing = std::ranges::find_if(changes, [](const change& c) { return c.is == kind::failing && !c.told; });
  const bool all_fed = fed_ == plan_.records;
  if (all_fed && failing == changes.end()) return;
  if (all_fed) broker_.append(feeder_.make_sign_of_life(static_cast<int>(changes.size()), *failing));
  at_.after(between_signs_of_life, [this] { show_signs_of_life(); });
}

void world::settle() {
  show_signs_of_life();
  const auto all_settled = [this] { return fed_ == plan_.records && truth_.all_told(); };
  if (!run_until(all_settled, longest_settling) && !failed()) {
    std::string text = truth_.what_is_left();
    for (const auto& each : workers_)
      if (each->running()) text += "\n" + each->describe();
    log_.broken("all_settles", text);
  }
  check_drains();
}

void world::end_all() {
  for (const auto& each : workers_) each->drain(last_grace);
  run_until([this] { return ended(); }, last_grace + 5s);
  if (!failed() && !ended()) log_.broken("drain_ends", "not all workers have ended in calm");
}

}  // namespace

run_result run(std::uint64_t seed, bool prints_trace) {
  // What the workers log is the trouble that the run makes for them: worth reading beside a trace alone.
  leadrelay::log::start(leadrelay::log::format::text, prints_trace ? leadrelay::log::level::info : leadrelay::log::level::error);
  auto made = std::make_unique<world>(seed, prints_trace);
  const time_point began = made->now();
  made->run();
  run_result out{seed, made->log().first_violation(), made->log().events(), made->log().hash(), made->now() - began, made->use()};
  // Coroutines that have not ended would outlive what they refer to: a broken world stays.
  if (!made->ended()) static_cast<void>(made.release());
  return out;
}

std::string repeat_command(std::uint64_t seed) { return "build/dev/tests/simulation/simulate --seed " + std::to_string(seed) + " --trace"; }

std::string describe(const run_result& of) {
  return of.broken->invariant + ": " + of.broken->text + "\nrepeat: " + repeat_command(of.seed);
}

}  // namespace leadrelay::simulation
