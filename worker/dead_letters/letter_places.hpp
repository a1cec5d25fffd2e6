#pragma once

#include <cstdint>

#include "dead_letters/letter.hpp"
#include "dead_letters/offset_marks.hpp"
#include "dead_letters/offset_set.hpp"

namespace leadrelay::dead_letters {

/// The places of one source log that dead letters name. Of each, 15 bits of the change's time are kept, as another change lies at the same
/// place in a topic that was made anew since.
class letter_places {
 public:
  /// The letter tells its source, which is in this log.
  void note(const letter& says);

  /// What the log holds at a place. True where that is a change which has died, and which the provider has not applied.
  bool see(std::int64_t offset, std::int64_t time_ms);
  /// What has been seen at the place is another change than the letter's that names it, or letters of two changes do.
  bool is_strange(std::int64_t offset) const noexcept { return strange_.contains(offset); }

  /// False where a letter of the same change has been taken before: a worker that dies may write one twice.
  bool take(const letter& says);

 private:
  offset_marks noted_;
  offset_marks taken_;
  offset_set strange_;
};

}  // namespace leadrelay::dead_letters
