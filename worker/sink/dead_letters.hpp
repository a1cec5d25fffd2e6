#pragma once

#include <functional>
#include <string>

#include "sink/dead_letter.hpp"
#include "sink/retrying_writer.hpp"

namespace leadrelay::sink {

/// The topic of dead letters. A change is settled by it when the broker has acknowledged its letter; until then it is written again
/// and again, and nothing is lost. One thread, its loop's; the producer outlives it.
class dead_letters {
 public:
  dead_letters(loop& on, kafka::producer& through, std::string topic);

  /// Takes the record over. `written` is called once, from the loop, when its letter is acknowledged. A letter that is not `wanted` any
  /// more is not tried again.
  void write(events::record of, dead_letter_context context, std::function<void()> written, std::function<bool()> wanted = {});

  /// Ends: letters under way are not told of any more.
  void stop() { writer_.stop(); }

  std::size_t unwritten() const noexcept { return writer_.unwritten(); }
  std::uint64_t written() const noexcept { return writer_.written(); }
  const std::string& trouble() const noexcept { return writer_.trouble(); }
  std::uint64_t failures() const noexcept { return writer_.failures(); }

 private:
  std::string topic_;
  retrying_writer writer_;
};

}  // namespace leadrelay::sink
