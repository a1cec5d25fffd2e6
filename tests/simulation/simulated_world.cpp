#include "simulation/simulated_world.hpp"

#include <cstdio>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.hpp"

namespace leadrelay::simulated {
namespace {

class connection final : public http::connection {
 public:
  connection(loop& on, provider& of) : loop_(on), of_(of) {}

  task<http::exchange> send(const http::outgoing& what, time_point deadline) override {
    const seen_request seen{std::string(what.target), std::string(what.body), std::string(what.headers), loop_.now()};
    of_.requests.push_back(seen);
    if (++of_.in_flight_of[seen.target] > 1) of_.overlapped = true;
    answer_ = of_.react(seen);
    const bool late = loop_.now() + answer_.latency > deadline;
    closed_ = std::make_unique<wakeup>(loop_.executor());
    const bool was_closed = co_await loop_.wait_until(*closed_, std::min(deadline, loop_.now() + answer_.latency));
    closed_.reset();
    --of_.in_flight_of[seen.target];
    if (answer_.applies && answer_.status < 300) of_.applied.push_back(seen);
    http::exchange out;
    out.bytes_sent = true;
    out.error = was_closed ? http::transport_error::stopped : late ? http::transport_error::answer_timeout : answer_.error;
    if (out.error != http::transport_error::none) {
      reusable_ = false;
      co_return out;
    }
    headers_.clear();
    for (const auto& [name, value] : answer_.headers) headers_.push_back({name, value});
    out.answer = {answer_.status, headers_, answer_.body};
    co_return out;
  }

  bool reusable() const noexcept override { return reusable_; }
  bool stale() noexcept override { return false; }
  void close() noexcept override {
    reusable_ = false;
    if (closed_) closed_->notify();
  }

 private:
  loop& loop_;
  provider& of_;
  reaction answer_;
  std::vector<providers::answer_header> headers_;
  std::unique_ptr<wakeup> closed_;
  bool reusable_ = true;
};

class connector final : public http::connector {
 public:
  connector(loop& on, provider& of) : loop_(on), of_(of) {}

  task<http::connected> connect(time_point) override {
    http::connected out;
    out.error = of_.on_connect();
    if (out.error == http::transport_error::none) {
      out.connection = std::make_unique<connection>(loop_, of_);
    } else {
      out.detail = "simulated";
    }
    co_await loop_.sleep_until(loop_.now() + of_.connect_time);
    co_return out;
  }

 private:
  loop& loop_;
  provider& of_;
};

std::shared_ptr<const config::configuration> load(const std::string& accounts, const std::string& more) {
  const bool has_topics = more.find("topics:") != std::string::npos;
  const std::string text = std::string("kafka: { bootstrap.servers: 127.0.0.1:1, group.id: test }\n") +
                           (has_topics ? "" : "topics: { lead_changes: [changes], dead_letters: changes.dead }\n") + more +
                           "\naccounts:\n" + accounts;
  yaml::issues issues;
  auto loaded = config::load_text(text, "test.yaml", issues);
  if (!loaded) throw std::logic_error(issues.all().front().text());
  return std::make_shared<const config::configuration>(std::move(*loaded));
}

std::string uuid(int lead) {
  char text[37];
  std::snprintf(text, sizeof text, "550e8400-e29b-41d4-a716-%012d", lead);
  return text;
}

}  // namespace

bool virtual_loop::run_until(const std::function<bool()>& reached, duration at_most) {
  const time_point limit = now_ + at_most;
  for (;;) {
    context().restart();
    while (!reached() && context().poll_one() > 0) {}
    if (reached()) return true;
    const auto next = timers().next();
    if (!next || *next > limit) return false;
    now_ = std::max(now_, *next);
    timers().expire(now_);
  }
}

void virtual_loop::run_for(duration time) {
  const time_point end = now_ + time;
  bool ended = false;
  timers().add(end, [&] { ended = true; });
  run_until([&] { return ended; }, time);
}

std::unique_ptr<http::connector> make_connector(loop& on, provider& to) { return std::make_unique<connector>(on, to); }

std::vector<std::string> provider::applied_to(const std::string& target) const {
  std::vector<std::string> out;
  for (const seen_request& each : applied)
    if (each.target == target) out.push_back(each.body);
  return out;
}

void broker::commit(std::vector<kafka::offset_to_commit> offsets) {
  ++commits;
  loop_.timers().add(loop_.now() + commit_time, [this, offsets = std::move(offsets)] {
    kafka::commit_result result{offsets, refuse_commits ? "refused" : ""};
    if (!refuse_commits) take_commit(offsets);
    events_->on_committed(result);
  });
}

void broker::take_commit(const std::vector<kafka::offset_to_commit>& offsets) {
  for (const auto& each : offsets) {
    longest_metadata = std::max(longest_metadata, each.metadata.size());
    if (each.partition.topic != "changes") {
      logs_.committed[each.partition] = each;
      continue;
    }
    committed[each.partition.partition] = each.next;
    metadata[each.partition.partition] = each.metadata;
  }
}

void broker::give_up() {
  ++given_up;
  owned_.clear();
  if (closing_) closing_->notify();
}

task<void> broker::close(duration grace) {
  if (owned_.empty()) co_return;
  closing_ = std::make_unique<wakeup>(loop_.executor());
  events_->on_revoked(owned_, false);
  co_await loop_.wait_until(*closing_, loop_.now() + grace);
  closing_.reset();
}

void broker::assign(int partitions, int of_all) {
  const int all = of_all_ = std::max(partitions, of_all);
  std::vector<kafka::assigned_partition> given;
  for (int number = 0; number < partitions; ++number) {
    const std::int64_t from = committed.contains(number) ? committed[number] : -1;
    given.push_back({{"changes", number}, from, metadata[number], number, all, all, beside(number)});
    owned_.push_back({"changes", number});
    delivered_next[number] = std::max<std::int64_t>(from, 0);
  }
  events_->on_assigned(given);
}

std::vector<kafka::beside_partition> broker::beside(int partition) const {
  std::vector<kafka::beside_partition> out = logs_.beside(partition);
  if (!told_beside.empty()) std::erase_if(out, [&](const auto& each) { return !told_beside.contains(each.partition.topic); });
  return out;
}

void broker::add_beside(const kafka::topics_beside& more, std::function<void(const std::vector<kafka::assigned_partition>&)> found) {
  std::set<std::string> wanted;
  for (const auto& [topic, names] : more) wanted.insert(names.begin(), names.end());
  if (!told_beside.empty()) told_beside.insert(wanted.begin(), wanted.end());
  loop_.timers().add(loop_.now() + lookup_time, [this, wanted, held = owned_, found = std::move(found)] {
    std::vector<kafka::assigned_partition> out;
    for (const kafka::topic_partition& each : held) {
      auto logs = logs_.beside(each.partition);
      std::erase_if(logs, [&](const auto& one) { return !wanted.contains(one.partition.topic); });
      out.push_back({each, committed[each.partition], metadata[each.partition], each.partition, of_all_, of_all_, std::move(logs)});
    }
    found(out);
  });
}

void broker::revoke(bool lost) { events_->on_revoked(owned_, lost); }

void broker::deliver(int partition, std::optional<std::string> key, std::optional<std::string> value,
                     const std::vector<events::header>& headers) {
  static const auto topic = std::make_shared<const std::string>("changes");
  events::record record = events::copy_record(key ? std::optional<std::string_view>(*key) : std::nullopt,
                                              value ? std::optional<std::string_view>(*value) : std::nullopt, headers);
  record.topic = topic;
  record.partition = partition;
  record.offset = delivered_next[partition]++;
  record.timestamp_ms = loop_.wall_now().time_since_epoch().count();
  events_->on_record(std::move(record));
}

std::string log_writer::produce(const kafka::outgoing_record& record, kafka::delivery_report report) {
  if (std::string refusal = on_produce(); !refusal.empty()) return refusal;
  written_record copy{std::string(record.topic), {}, {}, {}};
  if (record.key) copy.key = std::string(*record.key);
  if (record.value) copy.value = std::string(*record.value);
  for (const auto& header : record.headers) copy.headers[header.name] = header.value.value_or("");
  loop_.timers().add(loop_.now() + acknowledged_after, [this, copy = std::move(copy), report = std::move(report)] {
    const std::string error = on_report();
    if (error.empty()) written.push_back(copy);
    report(error);
  });
  return {};
}

const std::string world::default_accounts =
    "  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [] }\n"
    "  other: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: PATH }, limits: [] }\n";

world::world(const std::string& accounts, const std::string& more, std::uint64_t memory, std::uint64_t seed, int first_concurrency,
             bool can_park)
    : configuration(load(accounts, more)),
      more_(more),
      memory_(memory),
      seed_(seed),
      first_concurrency_(first_concurrency),
      can_park_(can_park) {
  leadrelay::log::start(leadrelay::log::format::text, leadrelay::log::level::error);  // what a run logs is the trouble it makes
  logs.on_written = [this] { reader.fetch_soon(); };
  make_relay();
}

void world::make_relay() {
  auto connectors = [this](const config::account&) { return make_connector(loop, provider); };
  relay = std::make_unique<relay::relay>(relay::relay_parts{.on = loop,
                                                            .configuration = configuration,
                                                            .consumer = kafka,
                                                            .producer = log,
                                                            .connectors = connectors,
                                                            .memory = memory_,
                                                            .enough_ahead = enough_ahead,
                                                            .random_seed = seed_++,
                                                            .first_concurrency = first_concurrency_,
                                                            .mover = can_park_ ? &mover : nullptr,
                                                            .reader = can_park_ ? &reader : nullptr,
                                                            .spans = spans});
  if (const auto started = relay->start(); !started) throw std::logic_error(started.error().detail);
}

void world::restart(duration grace) {
  if (!drain(grace)) throw std::logic_error("the relay does not end");
  relay.reset();
  mover.open();
  drained_ = false;
  make_relay();
}

std::optional<outcome<void>> world::prepare(const std::string& accounts) {
  const auto ended = std::make_shared<std::optional<outcome<void>>>();
  const auto next = load(accounts, more_);
  auto preparing = [](relay::relay& of, std::shared_ptr<const config::configuration> with,
                      std::shared_ptr<std::optional<outcome<void>>> into) -> task<void> { *into = co_await of.prepare(std::move(with)); };
  boost::asio::co_spawn(loop.executor(), preparing(*relay, next, ended), boost::asio::detached);
  loop.run_until([&] { return ended->has_value(); }, std::chrono::minutes{1});
  if (*ended && **ended) configuration = next;
  return *ended;
}

std::optional<std::string> world::reload(const std::string& accounts) {
  const auto ready = prepare(accounts);
  if (!ready) return "it is not prepared within a minute";
  if (!*ready) return ready->error().detail;
  relay->apply();
  return std::nullopt;
}

/// What is still in flight ends, so that no coroutine outlives its relay.
world::~world() {
  if (!drained_) drain();
}

bool world::drain(duration grace) {
  drained_ = true;
  bool ended = false;
  auto draining = [&]() -> task<void> {
    co_await relay->drain(grace);
    ended = true;
  };
  boost::asio::co_spawn(loop.executor(), draining, boost::asio::detached);
  return loop.run_until([&] { return ended; });
}

bool world::all_committed() const {
  for (const auto& [partition, next] : kafka.delivered_next) {
    const auto committed = kafka.committed.find(partition);
    if (next > 0 && (committed == kafka.committed.end() || committed->second != next)) return false;
  }
  return true;
}

std::string orwel_event(int lead, int number, const std::string& account) {
  return R"({"id":"e)" + std::to_string(lead) + "-" + std::to_string(number) + R"(","account":")" + account + R"(","lead":{"id":")" +
         uuid(lead) + R"("},"changes":{"properties":{"seq":)" + std::to_string(number) + "}}}";
}

std::string orwel_target(int lead) { return "/api/v1/leads/" + uuid(lead); }

std::string orwel_body(int number) { return R"({"properties":{"seq":)" + std::to_string(number) + "}}"; }

}  // namespace leadrelay::simulated
