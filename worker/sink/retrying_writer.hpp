#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "kafka/producer.hpp"

namespace leadrelay::sink {

/// Writes records until they are acknowledged: what the producer does not take, and what fails, is written again after a back-off,
/// from 100 ms, doubled up to 10 s while nothing succeeds. A record refused as too large goes again alone, as the refusal may be of the
/// batch that it was in. One thread, its loop's.
class retrying_writer {
 public:
  /// Makes the record anew for each attempt; it points into what the function holds. `too_large` is how often it was refused as too
  /// large when it was alone: each time a smaller one is to be made.
  using maker = std::function<kafka::outgoing_record(int too_large)>;

  /// `what` names the records in the log: `dead letters`.
  retrying_writer(loop& on, kafka::producer& through, std::string what);
  ~retrying_writer();
  retrying_writer(const retrying_writer&) = delete;
  retrying_writer& operator=(const retrying_writer&) = delete;

  /// `written` is called once, from the loop, when the broker has acknowledged the record. A record that is not `wanted` any more is not
  /// tried again, and nobody is told.
  void write(maker make, std::function<void()> written, std::function<bool()> wanted = {});

  /// Writes nothing more and calls nobody any more.
  void stop();

  /// Records not acknowledged yet.
  std::size_t unwritten() const noexcept { return unwritten_; }
  std::uint64_t written() const noexcept { return written_; }
  /// Attempts that failed; each was, or is, followed by another.
  std::uint64_t failures() const noexcept { return failures_; }
  /// Why nothing is written now; empty while it is.
  const std::string& trouble() const noexcept { return trouble_; }

 private:
  struct item {
    maker make;
    std::function<void()> written;
    std::function<bool()> wanted;
    int too_large = 0;
    bool alone = false;  ///< has to go alone
  };
  using item_pointer = std::shared_ptr<item>;

  bool attempt(const item_pointer& what);
  void drop_unwanted();
  void retry_at(time_point when);
  void on_report(const item_pointer& what, const std::string& error);
  void note_failure(item& what, const std::string& error);
  void retry_later();
  void retry();

  loop& loop_;
  kafka::producer& producer_;
  std::string what_;
  std::deque<item_pointer> waiting_;
  std::size_t unwritten_ = 0;
  std::size_t under_way_ = 0;     ///< taken by the producer and not reported
  bool one_goes_alone_ = false;   ///< under way
  std::uint64_t written_ = 0;
  std::uint64_t failures_ = 0;
  duration back_off_;
  std::optional<timer_queue::id> timer_;
  std::string trouble_;  ///< the log tells its beginning and its end, not each attempt
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace leadrelay::sink
