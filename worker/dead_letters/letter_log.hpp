#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "dead_letters/replay_book.hpp"
#include "dead_letters/selection.hpp"
#include "kafka/log_scanner.hpp"

namespace leadrelay::dead_letters {

/// The topic of dead letters as it is when it is opened: what comes later is not looked at. For a thread that may wait.
class letter_log {
 public:
  /// The refusal says what is wrong and what would be right. `stop` as `log_scanner::make` has it.
  static kafka::made<letter_log> open(const config::configuration& by, const std::atomic<bool>* stop = nullptr);

  const std::string& topic() const noexcept { return topic_; }
  const std::vector<kafka::log_span>& partitions() const noexcept { return partitions_; }
  kafka::log_scanner& scanner() noexcept { return *scanner_; }

  /// Leaves out what is older, by the broker's index.
  kafka::step_result begin_at(wall_time since);

  /// False ends the reading.
  using visitor = std::function<bool(const read_letter_record&)>;
  /// Each of a partition's, from `begin` to before `end`.
  kafka::step_result read(const kafka::log_span& span, const visitor& visit);
  /// All, one partition after another.
  kafka::step_result read_all(const visitor& visit);

  /// Those of the book's last letters that this topic does not hold, though it could: it was made anew since, or has lost its end.
  kafka::made<std::vector<replayed_letter>> find_strangers(const replay_book& book);

 private:
  letter_log(const config::configuration& by, std::unique_ptr<kafka::log_scanner> scanner);
  kafka::made<std::optional<replayed_letter>> first_of(const kafka::log_span& in);
  kafka::made<bool> holds(const kafka::log_span& in, const replayed_letter& one);

  std::string topic_;
  std::uint64_t max_record_;
  std::unique_ptr<kafka::log_scanner> scanner_;
  std::vector<kafka::log_span> partitions_;
};

/// The compacted topic of a group's book: `GROUP.replayed`.
std::string book_topic_of(const config::configuration& by);

/// Reads which letters have been replayed. Where nothing ever was, there is no such topic. A failure where a record of it cannot be read.
kafka::step_result read_book(kafka::log_scanner& with, const std::string& book_topic, replay_book& into);

}  // namespace leadrelay::dead_letters
