#include "dead_letters/source_logs.hpp"

#include <algorithm>

namespace leadrelay::dead_letters {
namespace {

constexpr std::uint64_t between_told = 10'000;

}  // namespace

source_logs::source_logs(const config::configuration& by, std::unique_ptr<kafka::log_scanner> scanner, const std::atomic<bool>& stop)
    : configuration_(&by),
      stop_(&stop),
      scanner_(std::move(scanner)) {}

kafka::made<source_logs> source_logs::open(const config::configuration& by, const std::atomic<bool>& stop) {
  auto scanner = kafka::log_scanner::make(by.kafka, &stop);
  if (!scanner) return scanner.error();
  source_logs out(by, std::move(*scanner), stop);
  for (std::size_t topic = 0; topic < by.topics.lead_changes.size(); ++topic) {
    const auto found = out.scanner_->find_logs(by.topics.lead_changes[topic]);
    if (!found) return found.error();
    for (const kafka::log_span& each : *found) {
      out.numbers_[each.partition] = static_cast<std::uint32_t>(out.logs_.size());
      out.logs_.push_back({each, topic});
    }
  }
  return out;
}

std::optional<std::uint32_t> source_logs::find(const source_place& place) const {
  const auto found = numbers_.find({std::string(place.topic), place.partition});
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

/// What retention has removed needs no note.
void source_logs::note(std::uint32_t number, const letter& says) {
  if (says.source->offset >= logs_[number].bounds.begin) logs_[number].letters.note(says);
}

/// A letter from beyond the end is of a topic that was made anew since, as is one in whose place another change lies.
bool source_logs::holds_all_after(std::uint32_t number, std::int64_t age, std::int64_t offset) const noexcept {
  const log& in = logs_[number];
  return in.bounds.begin - 1 <= age && offset < in.bounds.end && !in.letters.is_strange(offset);
}

kafka::step_result source_logs::watch(replay_plan& plan, const teller& tell) {
  plan_ = &plan;
  watched_.clear();
  std::vector<kafka::read_position> from;
  for (std::uint32_t number = 0; number < logs_.size(); ++number) {
    const auto oldest = plan.oldest(number);
    if (!oldest) continue;
    const kafka::log_span& bounds = logs_[number].bounds;
    from.push_back({bounds.partition, std::max(bounds.begin, *oldest)});
    watched_.push_back(bounds.partition);
  }
  if (from.empty()) return std::nullopt;
  if (auto failed = scanner_->start(from)) return failed;
  std::uint64_t before = 0;
  for (const kafka::read_position& each : from) before += static_cast<std::uint64_t>(each.next);
  if (auto failed = look([&](std::uint64_t read, std::uint64_t ends) { tell(read, std::max(ends, before) - before); })) return failed;
  return note_begins();
}

/// What retention has removed since the log was opened may not have been seen.
kafka::step_result source_logs::note_begins() {
  const auto now = scanner_->find_bounds(watched_);
  if (!now) return kafka::failed_step{now.error().what};
  for (const kafka::log_span& each : *now) logs_[numbers_.at(each.partition)].bounds.begin = each.begin;
  return std::nullopt;
}

kafka::step_result source_logs::look() { return look(nullptr); }

/// What `tell` is told of is the sum of the logs' ends.
kafka::step_result source_logs::look(const teller& tell) {
  if (watched_.empty()) return std::nullopt;
  const auto now = scanner_->find_bounds(watched_);
  if (!now) return kafka::failed_step{now.error().what};
  std::uint64_t ends = 0;
  for (const kafka::log_span& each : *now) ends += static_cast<std::uint64_t>(each.end);
  std::uint64_t read = 0;
  return scanner_->read_to(*now, [&](events::record&& change) {
    see(change);
    if (tell && ++read % between_told == 0) tell(read, ends);
    return true;
  });
}

void source_logs::see(const events::record& change) {
  const source_place here{*change.topic, change.partition, change.offset};
  const std::uint32_t number = numbers_.at({*change.topic, change.partition});
  if (logs_[number].letters.see(change.offset, change.timestamp_ms)) return;
  const auto first = parse_source_place(change.header_value(first_place_header).value_or(""));
  const bool is_replayed = first && first->topic == here.topic && first->partition == here.partition && first->offset < here.offset;
  const auto lead = read_lead(change, configuration_->max_record);
  plan_->newer().see(number, here.offset, is_replayed ? first->offset : here.offset, all_marks_of(lead, change.key));
}

kafka::made<std::optional<events::record>> source_logs::fetch(const source_place& place) {
  if (!fetcher_) {
    auto made = kafka::log_scanner::make(configuration_->kafka, stop_);
    if (!made) return made.error();
    fetcher_ = std::move(*made);
  }
  const kafka::topic_partition partition{std::string(place.topic), place.partition};
  const auto bounds = fetcher_->find_bounds({partition});
  if (!bounds) return bounds.error();
  std::optional<events::record> out;
  if (place.offset < bounds->front().begin || place.offset >= bounds->front().end) return out;
  const auto failed = fetcher_->scan({partition, place.offset, place.offset + 1}, [&](events::record&& record) {
    if (record.offset == place.offset) out = std::move(record);
    return false;
  });
  if (failed) return kafka::refusal{failed->what};
  return out;
}

}  // namespace leadrelay::dead_letters
