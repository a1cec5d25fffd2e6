#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "dead_letters/letter.hpp"

namespace leadrelay::dead_letters {

/// Which dead letters are meant; what is absent lets all pass.
struct selection {
  std::optional<std::string> account = {};
  std::optional<leadrelay::reason> reason = {};
  std::optional<wall_time> since = {};  ///< when the change died, this moment included
  std::optional<wall_time> until = {};  ///< this moment not included
  std::optional<std::string> lead = {};
};

/// A dead letter with its record, decoded at most once and only where somebody asks.
class read_letter_record {
 public:
  read_letter_record(const events::record& record, std::uint64_t max_record)
      : record_(record),
        max_record_(max_record),
        says_(read_letter(record)) {}

  const events::record& record() const noexcept { return record_; }
  const letter& says() const noexcept { return says_; }
  /// Nothing where the event cannot be read.
  const std::optional<lead_name>& lead() const;
  /// The letter's, or where it names none (`unknown_account`) the event's.
  std::string_view account() const;
  std::string_view event_id() const;

 private:
  const events::record& record_;
  std::uint64_t max_record_;
  letter says_;
  mutable bool decoded_ = false;
  mutable std::optional<lead_name> lead_;
};

bool matches(const selection& wanted, const read_letter_record& one);

/// A moment: RFC 3339 (`2026-11-21T10:00:00Z`), a day in UTC (`2026-11-21`), or a time back from `now` (`90m`). Nothing for other texts.
std::optional<wall_time> parse_moment(const std::string& text, wall_time now);

}  // namespace leadrelay::dead_letters
