#include "simulation/providers.hpp"

#include <algorithm>

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

constexpr duration longest_outage = 10min;
constexpr int silent_per_mille = 50;  ///< answers that do not tell what is left

unsigned status_of(reason refused_for) {
  switch (refused_for) {
    case reason::not_found: return 404;
    case reason::conflict: return 409;
    default: return 422;
  }
}

}  // namespace

provider::provider(surroundings& at, int account, std::vector<providers::limit> limits, const kept_rules& keeps)
    : at_(at),
      account_(account),
      outages_(at, account),
      told_(at, account),
      keeps_(keeps),
      limits_(std::move(limits)) {
  for (const providers::limit& each : limits_) longest_window_ = std::max(longest_window_, each.per);
}

fate provider::decide(const departure& sent) {
  const auto is_refused = [this](int id) { return at_.truth.of(id).is == kind::refused; };
  const auto refused = std::ranges::find_if(sent.carried, is_refused);
  fate out;
  out.answered_after = at_.random.between(1ms, weather.slowest);
  out.applied_after = at_.random.between(0ns, out.answered_after);
  out.applies_if_cut = at_.random.per_mille(500);
  const bool fails = std::ranges::any_of(sent.carried, [this](int id) { return at_.truth.of(id).is == kind::failing; });
  out.applies = refused == sent.carried.end() && !fails;
  if (fails) out.status = 500;
  if (refused != sent.carried.end()) out.status = status_of(at_.truth.of(*refused).expected);
  if (is_down()) {
    out.lost = weather.down == outage::refuses_connections;
    out.status = 500;
    out.arrives = false;
    out.applies = false;
  } else if (weather.refuses_credential) {
    out.status = 401;
    out.applies = false;
  } else {
    decide_trouble(out, at_.random.below(1000));
  }
  return out;
}

void provider::decide_trouble(fate& out, int dice) {
  const bool half = at_.random.per_mille(500);
  if ((dice -= weather.server_errors) < 0) {
    out.status = at_.random.one_of<unsigned>({500, 502, 503, 504});
    out.applies = out.applies && half && out.status != 503;
    if (out.status == 503 && half) ask_to_wait(out, at_.random.below(4));
  } else if ((dice -= weather.too_many) < 0) {
    out.status = 429;
    out.applies = false;
    if (half) ask_to_wait(out, at_.random.below(4));
  } else if ((dice -= weather.connections_lost) < 0) {
    out.lost = true;
    out.applies = out.applies && half;
  } else if ((dice -= weather.hangs) < 0) {
    out.answers = false;
    out.applies = out.applies && half;
  }
}

void provider::ask_to_wait(fate& out, int seconds) {
  out.headers.emplace_back("Retry-After", std::to_string(seconds));
  out.come_again = told_moment{.in = std::chrono::seconds{seconds}};
}

http::transport_error provider::connect_error() {
  using http::transport_error;
  if (weather.down == outage::refuses_connections) return transport_error::connect_failed;
  if (!at_.random.per_mille(weather.connects_fail)) return transport_error::none;
  return at_.random.one_of<transport_error>(
      {transport_error::connect_failed, transport_error::resolve_failed, transport_error::tls_failed});
}

void provider::go_down() {
  weather = {};
  weather.down = at_.random.per_mille(500) ? outage::refuses_connections : outage::fails;
  outages_.outage_begins();
  at_.after(at_.random.between(1s, longest_outage), [this] {
    weather = {};
    outages_.outage_ends();
    at_.log.event("back", {{"account", account_}});
  });
}

duration provider::connect_time() {
  return at_.random.per_mille(weather.connects_slow) ? at_.random.between(1s, 7s) : at_.random.between(1ms, 30ms);
}

void provider::take(int under, fate& of) {
  count_arrival(under);
  if (of.arrives && !keeps_.rules().limits.empty()) keep_limits(at_.truth.is_late(under), of);
}

/// The provider's own limits: what they refuse comes to nothing else, and most answers tell what is left.
void provider::keep_limits(bool late, fate& of) {
  const time_point now = at_.loop.now();
  const bool is_own = keeps_.rules().is_own;
  const bool taken = keeps_.take(now, late);
  use_ += {.requests = 1, .refused = taken ? 0u : 1u, .own_requests = is_own ? 1u : 0u, .own_refused = is_own && !taken ? 1u : 0u};
  if (!taken) {
    at_.log.event("over its limits", {{"account", account_}});
    if (is_own && !keeps_.has_late())
      at_.log.broken("own_limit_is_enough", "account " + std::to_string(account_) + " has gone by its limits, and its provider refuses it");
    of.status = 429;
    of.applies = false;
    of.headers.clear();
    of.come_again = keeps_.ask_to_wait(now, of.headers);
  }
  if (of.status < 500 && !at_.random.per_mille(silent_per_mille)) of.told = keeps_.tell(now, at_.random.per_mille(500), of.headers);
}

/// Limits hold, all workers together, also while partitions change hands; only what comes from a worker whose session has expired without
/// its knowledge is not counted.
void provider::count_arrival(int under) {
  if (at_.truth.is_late(under)) return;
  const time_point now = at_.loop.now();
  arrivals_.push_back(now);
  while (!arrivals_.empty() && arrivals_.front() <= now - longest_window_) arrivals_.pop_front();
  for (const providers::limit& limit : limits_) check_window(limit);
  for (const providers::limit& limit : stricter_)
    if (now - limit.per > stricter_since_ + longest_journey) check_window(limit);
}

void provider::expect_stricter(std::optional<std::vector<providers::limit>> limits) {
  if (limits && stricter_.empty()) stricter_since_ = at_.loop.now();
  stricter_ = limits.value_or(std::vector<providers::limit>{});
}

/// Whoever knows that the credential is refused tries it with one request at a time.
std::uint64_t provider::request_leaves(int worker) {
  credential_knowledge& known = knowledge_[worker];
  if (known.refused && known.in_flight > 0)
    at_.log.broken("one_probe_at_a_time", "worker " + std::to_string(worker) + " sends another request of account " +
                                              std::to_string(account_) + " though its credential is refused and one is in flight");
  ++known.in_flight;
  return known.requests++;
}

void provider::request_ends(int worker, std::uint64_t number, unsigned status) {
  credential_knowledge& known = knowledge_[worker];
  --known.in_flight;
  if (number < known.since) return;
  if (status == 401) {
    known.refused = true;
    known.since = known.requests;
  } else if (status == 200 || status == 404 || status == 409 || status == 422) {
    known.refused = false;
  }
}

void provider::check_window(const providers::limit& limit) {
  const auto count = std::ranges::count_if(arrivals_, [begin = arrivals_.back() - limit.per](time_point at) { return at > begin; });
  if (count > limit.requests)
    at_.log.broken("limits_hold", std::to_string(count) + " requests of account " + std::to_string(account_) + " within " +
                                      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(limit.per).count()) + " ms, " +
                                      std::to_string(limit.requests) + " allowed");
}

}  // namespace leadrelay::simulation
