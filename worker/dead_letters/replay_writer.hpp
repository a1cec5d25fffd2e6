#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "dead_letters/letter_log.hpp"
#include "dead_letters/replay_book.hpp"
#include "kafka/transactional_client.hpp"

namespace leadrelay::dead_letters {

/// A letter that is to be replayed, with the record that does it; the record's topic is its index in `topics.lead_changes`.
struct replay_item {
  replayed_letter letter;
  kafka::moved_record record;
};

/// Writes replayed records to the source topics, and in the same transaction into the book that they are replayed: all of it, or nothing,
/// whenever the process dies. Its transactional id is the group's, so that a replay that begins ends the one before it. For a thread that
/// may wait.
class replay_writer {
 public:
  /// Once `stop` is true, nothing is tried again.
  replay_writer(const config::configuration& by, const std::atomic<bool>& stop);

  /// Begins: from now on no other replay of the group writes, and the book tells of all that earlier ones have written.
  kafka::step_result open();

  enum class result {
    written,
    too_large,  ///< the topic takes no record as large as this one, which went alone
  };
  using teller = std::function<void(std::span<replay_item>, result)>;
  /// Tells of each item once, as soon as it is certain; of those that a failure or `stop` leaves untold nothing is written, but where
  /// another replay has taken over, which then knows.
  kafka::step_result write(std::span<replay_item> items, const teller& tell);

  /// Takes back what the book says of a partition.
  kafka::step_result forget(std::int32_t partition);

  const replay_book& book() const noexcept { return book_; }

 private:
  kafka::step_result open_client();
  kafka::step_result attempt(std::span<replay_item> items, const std::string& name);
  kafka::step_result write_apart(std::span<replay_item> items, const teller& tell);
  kafka::step_result commit(const kafka::move& what);
  std::string next_name() { return run_ + "-" + std::to_string(++moves_); }
  kafka::move make_move(std::span<replay_item> items, std::vector<book_record> records) const;

  const config::configuration& configuration_;
  const std::atomic<bool>& stop_;
  kafka::needed_topic book_topic_;
  kafka::work_limit limit_;
  std::unique_ptr<kafka::transactional_client> client_;
  replay_book book_;
  std::string run_;           ///< this one, among all that have ever been
  std::uint64_t moves_ = 0;   ///< begun
  std::string last_written_;  ///< of all replays, as far as this one knows
};

}  // namespace leadrelay::dead_letters
