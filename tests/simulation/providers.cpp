#include "simulation/providers.hpp"

#include <algorithm>
#include <charconv>

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

constexpr duration longest_journey = 4ms;
constexpr duration longest_outage = 10min;
constexpr int silent_per_mille = 50;  ///< answers that do not tell what is left

unsigned status_of(reason refused_for) {
  switch (refused_for) {
    case reason::not_found: return 404;
    case reason::conflict: return 409;
    default: return 422;
  }
}

/// What one exchange's two sides share, so that each may end first.
struct under_way {
  wakeup* client = nullptr;  ///< null once the client has gone
  bool answered = false;
  fate comes_to;
};

class connection final : public http::connection {
 public:
  connection(surroundings& at, provider& to, std::shared_ptr<process_state> from) : at_(at), to_(to), from_(std::move(from)) {}

  task<http::exchange> send(const http::outgoing& what, time_point deadline) override;
  bool reusable() const noexcept override { return reusable_; }
  bool stale() noexcept override { return at_.random.per_mille(to_.weather.closes); }
  void close() noexcept override {
    reusable_ = false;
    closed_ = true;
    if (waiting_) waiting_->notify();
  }

 private:
  void start();
  unsigned status_told(bool answered) const { return answered && !comes_to().lost ? comes_to().status : 0; }
  const fate& comes_to() const { return shared_->comes_to; }
  http::exchange end(bool answered);
  void tell_truth(bool answered);
  void tell_end(const http::exchange& out);
  void tell_limits(std::uint64_t number, const http::exchange& out);

  surroundings& at_;
  provider& to_;
  std::shared_ptr<process_state> from_;
  std::shared_ptr<under_way> shared_;
  departure sent_;
  std::uint64_t number_ = 0;
  std::vector<providers::answer_header> headers_;
  wakeup* waiting_ = nullptr;
  bool closed_ = false;
  bool reusable_ = true;
};

task<http::exchange> connection::send(const http::outgoing& what, time_point deadline) {
  http::exchange out;
  out.error = http::transport_error::stopped;
  if (from_->killed || closed_) co_return out;
  const std::string line = std::string(what.method) + " " + std::string(what.target);
  sent_ = at_.truth.request_leaves(from_->worker, to_.account(), changes_in(what.body), line, what.body);
  if (sent_.under < 0) co_return out;
  const int change = sent_.carried.back();
  shared_ = std::make_shared<under_way>();
  fate& decided = shared_->comes_to = to_.decide(sent_);
  const duration patience = deadline - at_.loop.now();
  if (decided.answered_after >= patience) decided.answers = false;
  decided.applied_after = std::min(decided.applied_after, patience);
  at_.log.event("request", {{"worker", from_->worker},
                            {"account", to_.account()},
                            {"change", change},
                            {"carried", static_cast<int>(sent_.carried.size())},
                            {"status", decided.status},
                            {"applies", decided.applies}});
  const std::uint64_t number = to_.request_leaves(from_->worker);
  const std::uint64_t told = to_.told().leaves(from_->worker, at_.truth.owned_by(from_->worker), at_.truth.partitions());
  number_ = to_.outages().begins(from_->worker);
  wakeup over(at_.loop.executor());
  shared_->client = waiting_ = &over;
  start();
  while (!shared_->answered && !closed_ && at_.loop.now() < deadline) co_await at_.loop.wait_until(over, deadline);
  shared_->client = waiting_ = nullptr;
  if (!from_->killed) {
    at_.truth.request_ends(from_->worker, change);
    to_.request_ends(from_->worker, number, status_told(shared_->answered));
    tell_truth(shared_->answered);
    out = end(shared_->answered);
    tell_end(out);
    tell_limits(told, out);
  }
  co_return out;
}

/// The provider's side goes on whatever becomes of the client's.
void connection::start() {
  const fate& decided = comes_to();
  const duration journey = at_.random.between(0ns, std::min(longest_journey, decided.applied_after));
  at_.after(journey, [&to = to_, shared = shared_, under = sent_.under] { to.take(under, shared->comes_to); });
  if (decided.applies)
    at_.after(decided.applied_after, [&at = at_, shared = shared_, sent = sent_] {
      if (!shared->comes_to.applies || (!shared->client && !shared->comes_to.applies_if_cut)) return;
      at.log.event("applied", {{"change", sent.carried.back()}});
      at.truth.applied(sent);
    });
  if (decided.answers || decided.lost)
    at_.after(decided.answered_after, [shared = shared_] {
      shared->answered = true;
      if (shared->client) shared->client->notify();
    });
}

void connection::tell_truth(bool answered) {
  if (!answered || comes_to().lost) {
    at_.truth.answered_failure(sent_, true);
  } else if (comes_to().status == 200) {
    for (const int change : sent_.carried) at_.truth.answered_delivered(change, sent_.under);
  } else if (comes_to().status == 503 && !comes_to().come_again) {
    at_.truth.answered_failure(sent_, false);
  } else if (comes_to().status == 500 || comes_to().status == 502 || comes_to().status == 504) {
    at_.truth.answered_failure(sent_, true);
  } else if (comes_to().status == 404 || comes_to().status == 409 || comes_to().status == 422) {
    at_.truth.answered_refused(sent_);
  }
}

http::exchange connection::end(bool answered) {
  const int change = sent_.carried.back();
  http::exchange out;
  out.bytes_sent = true;
  reusable_ = false;
  if (!answered || comes_to().lost) {
    out.error = closed_    ? http::transport_error::stopped
                : answered ? http::transport_error::connection_lost
                           : http::transport_error::answer_timeout;
    at_.log.event("no answer", {{"worker", from_->worker}, {"change", change}, {"error", static_cast<int>(out.error)}});
    return out;
  }
  at_.log.event("answer", {{"worker", from_->worker}, {"change", change}, {"status", comes_to().status}});
  reusable_ = !closed_ && !at_.random.per_mille(to_.weather.closes);
  headers_.clear();
  for (const auto& [name, value] : comes_to().headers) {
    headers_.push_back({name, value});
    at_.log.remark(name, value);
  }
  out.answer = {comes_to().status, headers_, "{}"};
  return out;
}

/// What the outage's watch is to know: a 503 that says how long to wait tells neither, as what this side has cut off.
void connection::tell_end(const http::exchange& out) {
  using how = outage_watch::end;
  how of = how::works;
  if (out.error == http::transport_error::stopped || (comes_to().status == 503 && comes_to().come_again)) of = how::neither;
  if (of == how::works && (out.error != http::transport_error::none || comes_to().status >= 500)) of = how::fails;
  const int first = sent_.carried.front();
  if (to_.outages().ends(from_->worker, number_, first, at_.truth.of(first).parked_in >= 0, of)) at_.truth.failure_is_forgiven(sent_);
}

/// An answer that the worker has not read tells it nothing.
void connection::tell_limits(std::uint64_t number, const http::exchange& out) {
  const bool is_read = out.error == http::transport_error::none;
  const std::int64_t unsent = from_->in_flight(to_.account()) - to_.told().on_the_wire(from_->worker);
  to_.told().ends(from_->worker, number, is_read ? comes_to().told : std::vector<told_left>{},
                  is_read ? comes_to().come_again : std::nullopt, unsent);
}

class connector final : public http::connector {
 public:
  connector(surroundings& at, provider& to, std::shared_ptr<process_state> from) : at_(at), to_(to), from_(std::move(from)) {}

  task<http::connected> connect(time_point deadline) override {
    http::connected out;
    const std::uint64_t number = to_.outages().begins(from_->worker);
    out.error = to_.connect_error();
    const time_point there = at_.loop.now() + to_.connect_time();
    if (there > deadline) out.error = http::transport_error::connect_timeout;
    co_await at_.loop.sleep_until(std::min(there, deadline));
    if (!from_->killed)
      to_.outages().ends(from_->worker, number, -1, false,
                         out.error == http::transport_error::none ? outage_watch::end::neither : outage_watch::end::fails);
    at_.log.event("connect", {{"worker", from_->worker}, {"account", to_.account()}, {"error", static_cast<int>(out.error)}});
    if (out.error == http::transport_error::none) out.connection = std::make_unique<connection>(at_, to_, from_);
    co_return out;
  }

 private:
  surroundings& at_;
  provider& to_;
  std::shared_ptr<process_state> from_;
};

}  // namespace

std::vector<int> changes_in(std::string_view body) {
  std::vector<int> out;
  for (const std::string_view before : {R"("c":)", R"("value":)", R"("note":"c)", R"("lossReason":"c)"})
    for (std::size_t at = body.find(before); at != std::string_view::npos; at = body.find(before, at + 1)) {
      out.push_back(-1);
      std::from_chars(body.data() + at + before.size(), body.data() + body.size(), out.back());
    }
  return out;
}

std::unique_ptr<http::connector> make_connector(surroundings& at, provider& to, std::shared_ptr<process_state> from) {
  return std::make_unique<connector>(at, to, std::move(from));
}

// --- One account's provider -----------------------------------------------------------------------------------------------------------

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
