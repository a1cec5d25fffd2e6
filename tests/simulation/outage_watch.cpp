#include "simulation/outage_watch.hpp"

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t failures_to_open = 5;
constexpr int successes_to_close = 3;
constexpr std::size_t answers_to_judge = 20;
constexpr duration judged_for = 32s;
constexpr duration shortest_pause = 800ms;

std::size_t count(std::set<int>& failed, int& failed_connects, int change) {
  if (change < 0) ++failed_connects;
  if (change >= 0) failed.insert(change);
  return failed.size() + static_cast<std::size_t>(failed_connects);
}

}  // namespace

std::uint64_t outage_watch::begins(int worker) {
  const std::uint64_t number = ++numbers_;
  if (outage_) in_outage_.insert(number);
  side& of = sides_[worker];
  if (!of.must_be_open) return number;
  const std::string whose = "worker " + std::to_string(worker) + ", account " + std::to_string(account_);
  if (!of.since_opened.empty())
    at_.log.broken("outage_is_probed_one_at_a_time", whose + ": two tries at once while its breaker must be open");
  if (of.successes == 0 && at_.loop.now() - of.last_failure < shortest_pause)
    at_.log.broken("outage_is_spared", whose + ": no pause since the last failure while its breaker must be open");
  of.since_opened.insert(number);
  return number;
}

bool outage_watch::ends(int worker, std::uint64_t number, int change, bool was_parked, end how) {
  side& of = sides_[worker];
  const bool in_outage = in_outage_.erase(number) > 0;
  std::deque<time_point>& answers = answers_[worker];
  if (how != end::neither) answers.push_back(at_.loop.now());
  while (!answers.empty() && at_.loop.now() - answers.front() > judged_for) answers.pop_front();
  if (of.must_be_open) {
    if (of.since_opened.erase(number) == 0 || how == end::neither) return false;
    if (how == end::works && ++of.successes == successes_to_close) of = {};
    if (how == end::works || of.successes > 0) return false;
    of.last_failure = at_.loop.now();
    return true;
  }
  if (how == end::works) of = {};
  if (how != end::fails) return false;
  const int apart = change < 0 ? change : 2 * change + (was_parked ? 1 : 0);  // the worker takes what it reads back for another change
  const bool are_enough = count(of.failed_ever, of.failed_connects_ever, apart) >= failures_to_open;
  if ((are_enough || answers.size() >= answers_to_judge) && !of.may_be_open_since) of.may_be_open_since = at_.loop.now();
  if (!in_outage) return false;
  of.must_be_open = count(of.failed, of.failed_connects, change) >= failures_to_open;
  of.last_failure = of.may_be_open_since.value_or(at_.loop.now());
  return false;
}

}  // namespace leadrelay::simulation
