#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "config/configuration.hpp"
#include "dead_letters/letter_places.hpp"
#include "dead_letters/newer_changes.hpp"
#include "dead_letters/replay_plan.hpp"
#include "kafka/log_scanner.hpp"

namespace leadrelay::dead_letters {

/// The topics of lead changes, as far as a replay looks at them: which places have ended as dead letters, and what newer changes there are
/// of the leads of a plan. For a thread that may wait.
class source_logs {
 public:
  /// `stop` as `log_scanner::make` has it.
  static kafka::made<source_logs> open(const config::configuration& by, const std::atomic<bool>& stop);

  /// The number of the log that a place is in; nothing where topics.lead_changes has none.
  std::optional<std::uint32_t> find(const source_place& place) const;
  /// Of the log's topic, an index of topics.lead_changes.
  std::size_t topic_of(std::uint32_t log) const { return logs_[log].topic; }

  /// The change that the letter tells the source of is a dead letter: unless its outcome is unknown, it has not been delivered.
  void note(std::uint32_t log, const letter& says);
  /// As `letter_places::take`.
  bool take(std::uint32_t log, const letter& says) { return logs_[log].letters.take(says); }

  /// Whether the log holds all that came after a letter of this place and age, as far as that is known: once it has been looked at, whether
  /// all of that has been seen, and the letter's own change among it.
  bool holds_all_after(std::uint32_t log, std::int64_t age, std::int64_t offset) const noexcept;

  /// So many of the source's changes have been looked at.
  using teller = std::function<void(std::uint64_t read, std::uint64_t of)>;
  /// Begins to look for newer changes of the plan's leads, which outlives the looking.
  kafka::step_result watch(replay_plan& plan, const teller& tell);
  /// Looks at all that has come until now.
  kafka::step_result look();

  /// The record at a place; nothing where the log does not hold it.
  kafka::made<std::optional<events::record>> fetch(const source_place& place);

 private:
  struct log {
    kafka::log_span bounds;  ///< when it was opened; it begins where it did after the last look for a plan
    std::size_t topic = 0;
    letter_places letters = {};
  };
  source_logs(const config::configuration& by, std::unique_ptr<kafka::log_scanner> scanner, const std::atomic<bool>& stop);
  kafka::step_result look(const teller& tell);
  kafka::step_result note_begins();
  void see(const events::record& change);

  const config::configuration* configuration_;
  const std::atomic<bool>* stop_;
  std::unique_ptr<kafka::log_scanner> scanner_;
  std::unique_ptr<kafka::log_scanner> fetcher_;  ///< apart, as the other one is in the middle of looking
  std::vector<log> logs_;
  std::map<kafka::topic_partition, std::uint32_t> numbers_;
  std::vector<kafka::topic_partition> watched_;
  replay_plan* plan_ = nullptr;
};

}  // namespace leadrelay::dead_letters
