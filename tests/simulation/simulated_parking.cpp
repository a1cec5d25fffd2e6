#include "simulation/simulated_parking.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace leadrelay::simulated {
namespace {

constexpr duration check_time = std::chrono::milliseconds{5};

/// A test's relay that does what no client allows ends it.
void expect(bool good, const char* what) {
  if (!good) throw std::logic_error(what);
}

}  // namespace

// --- What the cluster keeps -----------------------------------------------------------------------------------------------------------

std::vector<std::int64_t> parked_logs::write(const kafka::move& what) {
  std::vector<std::int64_t> out;
  std::set<kafka::topic_partition> touched;
  for (const kafka::moved_record& each : what.records) {
    const kafka::topic_partition to{what.topics.at(each.topic).name, each.partition};
    touched.insert(to);
    parked_log& log = all[to];
    log.records.push_back({log.end++, each.key, each.value, each.headers});
    out.push_back(log.end);
  }
  for (const kafka::topic_partition& each : touched) ++all[each].end;  // the transaction's marker
  on_written();
  return out;
}

std::vector<kafka::beside_partition> parked_logs::beside(std::int32_t partition) const {
  std::vector<kafka::beside_partition> out;
  for (const auto& [name, log] : all) {
    if (name.partition != partition) continue;
    const auto known = committed.find(name);
    out.push_back({name, -1, "", 0, ends_are_known ? log.end : -1});
    if (known == committed.end()) continue;
    out.back().committed = known->second.next;
    out.back().metadata = known->second.metadata;
  }
  return out;
}

std::size_t parked_logs::size(const std::string& topic, std::int32_t partition) const {
  const auto found = all.find({topic, partition});
  return found == all.end() ? 0 : found->second.records.size();
}

bool parked_logs::all_committed() const {
  return std::ranges::all_of(all, [this](const auto& each) {
    const auto known = committed.find(each.first);
    return each.second.records.empty() || (known != committed.end() && known->second.next > each.second.records.back().offset);
  });
}

// --- Moves ----------------------------------------------------------------------------------------------------------------------------

void log_mover::begin(kafka::move what, std::function<void(const kafka::move_result&)> done) {
  expect(!std::exchange(busy_, true), "one move at a time");
  under_way = what;
  loop_.timers().add(loop_.now() + move_time, [this, alive = std::weak_ptr(life_), what = std::move(what), done = std::move(done)] {
    if (alive.expired()) return;
    busy_ = false;
    kafka::move_result result{.error = on_move(), .may_work_later = may_work_later};
    if (result.error.empty()) {
      moves.push_back(what);
      result.next_offsets = logs_.write(what);
      commit_(what.offsets);
    } else {
      ++failed;
    }
    done(result);
  });
}

void log_mover::check(std::vector<kafka::needed_topic> topics, std::function<void(const std::vector<std::string>& problems)> done) {
  expect(!std::exchange(busy_, true), "no check beside a move");
  checked = std::move(topics);
  loop_.timers().add(loop_.now() + check_time, [this, alive = std::weak_ptr(life_), done = std::move(done)] {
    if (alive.expired()) return;
    busy_ = false;
    done(problems);
  });
}

void log_mover::open() {
  life_ = std::make_shared<bool>(true);
  busy_ = false;
}

// --- Reading --------------------------------------------------------------------------------------------------------------------------

void log_reader::read(const std::vector<kafka::read_position>& partitions) {
  for (const kafka::read_position& each : partitions) {
    expect(reading_.try_emplace(each.partition, position{each.next}).second, "reads what it reads already");
    begun.push_back(each);
  }
  fetch_soon();
}

void log_reader::leave(const std::vector<kafka::topic_partition>& partitions) {
  for (const kafka::topic_partition& each : partitions) expect(reading_.erase(each) == 1, "leaves what it does not read");
}

void log_reader::pause(const std::vector<kafka::topic_partition>& partitions) {
  for (const kafka::topic_partition& each : partitions) expect(!std::exchange(reading_.at(each).paused, true), "pauses twice");
  ++pauses;
}

void log_reader::resume(const std::vector<kafka::topic_partition>& partitions) {
  for (const kafka::topic_partition& each : partitions) expect(std::exchange(reading_.at(each).paused, false), "resumes twice");
  ++resumes;
  fetch_soon();
}

void log_reader::close(duration) {
  events_ = nullptr;
  reading_.clear();
}

void log_reader::fetch_soon() {
  if (reading_.empty() || std::exchange(fetching_, true)) return;
  loop_.timers().add(loop_.now() + fetch_time, [this] {
    fetching_ = false;
    fetch();
  });
}

void log_reader::fetch() {
  std::vector<kafka::topic_partition> names;
  for (const auto& [name, at] : reading_) names.push_back(name);
  for (const kafka::topic_partition& each : names)
    while (tell_next(each)) {}
}

bool log_reader::tell_next(const kafka::topic_partition& of) {
  const auto found = reading_.find(of);
  if (found == reading_.end() || found->second.paused) return false;
  position& at = found->second;
  const parked_log& log = logs_.all[of];
  const auto next = std::ranges::lower_bound(log.records, at.next, {}, &parked_record::offset);
  if (next == log.records.end()) {
    at.next = std::max(at.next, log.end);
    if (std::exchange(at.told_end, at.next) != at.next) events_->on_end_of_log(of, at.next);
    return false;
  }
  at.next = next->offset + 1;
  std::vector<events::header> headers;
  for (const kafka::produced_header& each : next->headers) headers.push_back({each.name, each.value});
  events::record copy = events::copy_record(next->key, next->value, headers);
  copy.topic = std::make_shared<const std::string>(of.topic);
  copy.partition = of.partition;
  copy.offset = next->offset;
  copy.timestamp_ms = 2;
  ++told;
  events_->on_read(std::move(copy));
  return true;
}

}  // namespace leadrelay::simulated
