#include "simulation/providers.hpp"

#include <algorithm>
#include <charconv>

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

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

}  // namespace leadrelay::simulation
