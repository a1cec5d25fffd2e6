#include "simulation/parked_logs.hpp"

#include <utility>

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

constexpr duration longest_fetch = 40ms;
constexpr int largest_batch = 30;

}  // namespace

// --- Moves -----------------------------------------------------------------------------------------------------------------------------

void parker::begin(kafka::move what, std::function<void(const kafka::move_result&)> done) {
  if (std::exchange(busy_, true)) at_.log.broken("one_move_at_a_time", "worker " + std::to_string(member_.worker()));
  if (member_.commits()) at_.log.broken("no_move_beside_a_commit", "worker " + std::to_string(member_.worker()));
  const int generation = member_.generation();
  const life by = at_.truth.living(member_.worker());
  at_.log.event("move", {{"worker", member_.worker()}, {"records", static_cast<int>(what.records.size())}});
  const duration half = at_.random.between(1ms, 2 * broker_.weather.slowest);
  if (2 * half > member::peaceful_commit) member_.begin_slow_move();
  at_.after(half, [this, half, generation, by, what = std::move(what), done = std::move(done)] {
    kafka::move_result result;
    const int fails = closed_ ? 500 : broker_.weather.produces_fail + broker_.weather.commits_fail;
    if (!broker_.accepts(member_, generation)) {
      result.error = "illegal generation";
    } else if (at_.random.per_mille(fails)) {
      result.error = "simulated failure";
    } else {
      result.next_offsets = broker_.take_move(by, what);
    }
    at_.after(half, [this, result, done] {
      if (closed_) return;
      busy_ = false;
      member_.end_slow_move();
      if (!result.error.empty()) member_.disturb();
      at_.log.event("moved", {{"worker", member_.worker()}, {"good", result.error.empty()}});
      done(result);
    });
  });
}

void parker::check(std::vector<kafka::needed_topic>, std::function<void(const std::vector<std::string>&)> done) {
  busy_ = true;
  at_.after(at_.random.between(1ms, 50ms), [this, done = std::move(done)] {
    if (closed_) return;
    busy_ = false;
    done({});
  });
}

// --- Reading back ----------------------------------------------------------------------------------------------------------------------

log_reader::log_reader(surroundings& at, simulation::broker& of, int worker) : at_(at), broker_(of), worker_(worker) {
  broker_.add_reader(*this);
}

log_reader::~log_reader() { broker_.remove_reader(*this); }

void log_reader::read(const std::vector<kafka::read_position>& partitions) {
  for (const kafka::read_position& each : partitions)
    if (!reading_.try_emplace(each.partition, reading{each.next}).second)
      at_.log.broken("reads_once", each.partition.topic + " " + std::to_string(each.partition.partition));
  fetch_soon();
}

void log_reader::leave(const std::vector<kafka::topic_partition>& partitions) {
  for (const kafka::topic_partition& each : partitions)
    if (reading_.erase(each) == 0) at_.log.broken("leaves_what_it_reads", each.topic + " " + std::to_string(each.partition));
}

void log_reader::pause(const std::vector<kafka::topic_partition>& partitions) {
  for (const kafka::topic_partition& each : partitions) {
    if (!reading_.contains(each) || std::exchange(reading_[each].paused, true))
      at_.log.broken("no_pause_twice", each.topic + " " + std::to_string(each.partition));
  }
}

void log_reader::resume(const std::vector<kafka::topic_partition>& partitions) {
  for (const kafka::topic_partition& each : partitions)
    if (!reading_.contains(each) || !std::exchange(reading_[each].paused, false))
      at_.log.broken("no_resume_twice", each.topic + " " + std::to_string(each.partition));
  fetch_soon();
}

void log_reader::fetch_soon() {
  if (!events_ || fetching_ || reading_.empty()) return;
  fetching_ = true;
  at_.after(at_.random.between(1ms, longest_fetch), [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    fetching_ = false;
    fetch();
  });
}

void log_reader::fetch() {
  bool more = false;
  std::vector<kafka::topic_partition> all;
  for (const auto& [of, position] : reading_) all.push_back(of);
  for (const kafka::topic_partition& each : all) {
    int left = at_.random.between(1, largest_batch);
    bool any = true;
    while (any && left-- > 0) any = deliver_next(each);
    more = more || any;
  }
  if (more) fetch_soon();
}

bool log_reader::deliver_next(const kafka::topic_partition& of) {
  const auto found = reading_.find(of);
  if (!events_ || found == reading_.end() || found->second.paused) return false;
  reading& from = found->second;
  const broker::parked_record* record = broker_.parked_at(of, from.next);
  if (!record) {
    from.next = std::max(from.next, broker_.end_of(of));
    if (!std::exchange(from.end_is_told, true)) events_->on_end_of_log(of, from.next);
    return false;
  }
  from.end_is_told = false;
  from.next = record->offset + 1;
  std::vector<events::header> headers;
  for (const kafka::produced_header& each : record->headers) headers.push_back({each.name, each.value});
  events::record copy = events::copy_record(record->key, record->value, headers);
  copy.topic = std::make_shared<const std::string>(of.topic);
  copy.partition = of.partition;
  copy.offset = record->offset;
  copy.timestamp_ms = 2;
  at_.log.event("read back", {{"worker", worker_}, {"change", record->change}});
  at_.truth.record_is_read(worker_, at_.truth.of(record->change));
  events_->on_read(std::move(copy));
  return true;
}

}  // namespace leadrelay::simulation
