#include "dead_letters/letter_log.hpp"

#include <algorithm>
#include <utility>

namespace leadrelay::dead_letters {
namespace {

kafka::step_result failure_of(const kafka::refusal& why) { return kafka::failed_step{why.what}; }

}  // namespace

std::string book_topic_of(const config::configuration& by) {
  return std::string(kafka::find_property(by.kafka, {"group.id"}).value_or("")) + ".replayed";
}

letter_log::letter_log(const config::configuration& by, std::unique_ptr<kafka::log_scanner> scanner)
    : topic_(by.topics.dead_letters),
      max_record_(by.max_record),
      scanner_(std::move(scanner)) {}

kafka::made<letter_log> letter_log::open(const config::configuration& by, const std::atomic<bool>* stop) {
  auto scanner = kafka::log_scanner::make(by.kafka, stop);
  if (!scanner) return scanner.error();
  letter_log out(by, std::move(*scanner));
  auto found = out.scanner_->find_logs(out.topic_);
  if (!found) {
    return kafka::refusal{found.error().what + "; expected brokers that answer at kafka.bootstrap.servers, `" +
                          std::string(kafka::find_property(by.kafka, {"bootstrap.servers", "metadata.broker.list"}).value_or("")) + "`"};
  }
  if (found->empty())
    return kafka::refusal{"there is no topic \"" + out.topic_ + "\", expected the dead letters' topic, which topics.dead_letters names"};
  out.partitions_ = std::move(*found);
  return out;
}

kafka::step_result letter_log::begin_at(wall_time since) {
  const std::int64_t since_ms = std::max<std::int64_t>(since.time_since_epoch().count(), 0);  // below 0 Kafka means other things
  const auto found = scanner_->find_time(partitions_, since_ms);
  if (!found) return failure_of(found.error());
  for (std::size_t at = 0; at < partitions_.size(); ++at) partitions_[at].begin = std::max(partitions_[at].begin, (*found)[at]);
  return std::nullopt;
}

kafka::step_result letter_log::read(const kafka::log_span& span, const visitor& visit) {
  return scanner_->scan(span, [&](events::record&& record) { return visit(read_letter_record(record, max_record_)); });
}

kafka::step_result letter_log::read_all(const visitor& visit) {
  bool enough = false;
  for (const kafka::log_span& each : partitions_) {
    const auto to_the_end = [&](const read_letter_record& one) { return !(enough = !visit(one)); };
    if (auto failed = read(each, to_the_end)) return failed;
    if (enough) break;
  }
  return std::nullopt;
}

kafka::step_result read_book(kafka::log_scanner& with, const std::string& book_topic, replay_book& into) {
  const auto found = with.find_logs(book_topic);
  if (!found) return failure_of(found.error());
  kafka::step_result unreadable;
  for (const kafka::log_span& each : *found) {
    const auto failed = with.scan(each, [&](events::record&& record) {
      if (into.take(record.key.value_or(""), record.value)) return true;
      unreadable = kafka::failed_step{"topic \"" + book_topic + "\", offset " + std::to_string(record.offset) +
                                          ": no record of what was replayed; expected none but those that leadrelay writes",
                                      false};
      return false;
    });
    if (failed) return failed;
    if (unreadable) return unreadable;
  }
  return std::nullopt;
}

kafka::made<std::optional<replayed_letter>> letter_log::first_of(const kafka::log_span& in) {
  std::optional<replayed_letter> out;
  const auto failed = scanner_->scan(in, [&](events::record&& record) {
    out = {record.partition, record.offset, record.timestamp_ms};
    return false;
  });
  if (failed) return kafka::refusal{failed->what};
  return out;
}

/// Compaction leaves holes, and what was there can be told by the first record alone: in a topic that was made anew it is younger than a
/// letter that was replayed before. Where it lies behind the letter, nothing is left that was replayed.
kafka::made<bool> letter_log::holds(const kafka::log_span& in, const replayed_letter& one) {
  const auto there = first_of({in.partition, one.offset, one.offset + 1});
  if (!there) return there.error();
  if (*there) return **there == one;
  const auto first = first_of(in);
  if (!first) return first.error();
  return !*first || (*first)->offset > one.offset || (*first)->time_ms <= one.time_ms;
}

kafka::made<std::vector<replayed_letter>> letter_log::find_strangers(const replay_book& book) {
  const auto bounds = scanner_->find_logs(topic_);  // `begin_at` may have left something out
  if (!bounds) return bounds.error();
  std::vector<replayed_letter> out;
  for (const replayed_letter& last : book.last_ones()) {
    const bool exists = static_cast<std::size_t>(last.partition) < bounds->size();
    const kafka::log_span in = exists ? (*bounds)[static_cast<std::size_t>(last.partition)] : kafka::log_span{};
    if (exists && last.offset < in.begin) continue;  // none of the replayed ones is left
    const auto held = exists && last.offset < in.end ? holds(in, last) : kafka::made<bool>(false);
    if (!held) return held.error();
    if (!*held) out.push_back(last);
  }
  return out;
}

}  // namespace leadrelay::dead_letters
