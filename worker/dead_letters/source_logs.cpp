#include "dead_letters/source_logs.hpp"

#include <algorithm>

namespace leadrelay::dead_letters {

source_logs::source_logs(const config::configuration& by, std::unique_ptr<kafka::log_scanner> scanner)
    : configuration_(&by),
      scanner_(std::move(scanner)) {}

kafka::made<source_logs> source_logs::open(const config::configuration& by) {
  auto scanner = kafka::log_scanner::make(by.kafka);
  if (!scanner) return scanner.error();
  source_logs out(by, std::move(*scanner));
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

/// A letter from beyond the end is of a topic that was made anew since.
bool source_logs::holds_all_after(std::uint32_t number, std::int64_t age, std::int64_t offset) const noexcept {
  const kafka::log_span& bounds = logs_[number].bounds;
  return bounds.begin <= age + 1 && offset < bounds.end;
}

kafka::step_result source_logs::watch(replay_plan& plan) {
  plan_ = &plan;
  watched_.clear();
  std::vector<kafka::read_position> from;
  for (std::uint32_t number = 0; number < logs_.size(); ++number) {
    const auto oldest = plan.oldest(number);
    if (!oldest) continue;
    const kafka::log_span& bounds = logs_[number].bounds;
    from.push_back({bounds.partition, std::max(bounds.begin, *oldest + 1)});
    watched_.push_back(bounds.partition);
  }
  if (from.empty()) return std::nullopt;
  if (auto failed = scanner_->start(from)) return failed;
  return look();
}

kafka::step_result source_logs::look() {
  if (watched_.empty()) return std::nullopt;
  const auto now = scanner_->find_bounds(watched_);
  if (!now) return kafka::failed_step{now.error().what};
  return scanner_->read_to(*now, [this](events::record&& change) {
    see(change);
    return true;
  });
}

void source_logs::see(const events::record& change) {
  const source_place here{*change.topic, change.partition, change.offset};
  const std::uint32_t number = numbers_.at({*change.topic, change.partition});
  if (logs_[number].dead.contains(change.offset)) return;
  const auto first = parse_source_place(change.header_value(first_place_header).value_or(""));
  const bool is_replayed = first && first->topic == here.topic && first->partition == here.partition && first->offset < here.offset;
  const auto lead = read_lead(change, configuration_->max_record);
  plan_->newer().see(number, here.offset, is_replayed ? first->offset : here.offset, all_marks_of(lead, change.key));
}

kafka::made<std::optional<events::record>> source_logs::fetch(const source_place& place) {
  if (!fetcher_) {
    auto made = kafka::log_scanner::make(configuration_->kafka);
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
