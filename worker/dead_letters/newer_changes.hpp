#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "dead_letters/letter.hpp"

namespace leadrelay::dead_letters {

/// What a lead is known by, as numbers: its identifiers within its account. Two changes that share one are of one lead.
using lead_marks = std::vector<std::uint64_t>;

/// Of the event where it can be read, of the record's key otherwise; none where there is no key either.
lead_marks marks_of(const std::optional<lead_name>& lead, std::optional<std::string_view> key);
/// What a record of the source is compared by: its lead's, and its key's for letters that cannot be read.
lead_marks all_marks_of(const std::optional<lead_name>& lead, std::optional<std::string_view> key);

/// Finds for dead letters the newer changes of their leads, in what is shown to it of the source's logs. A change is newer that lies behind
/// the letter's own in the same log; of what was replayed, the age is where it first lay. Only the newest change of each lead is kept, so
/// that a change costs the same however many letters are its lead's.
class newer_changes {
 public:
  /// Letters are numbered through by the calls. `log` is any number that names the partition.
  void watch(std::uint32_t log, std::int64_t age, const lead_marks& marks);
  /// To be called once all are watched.
  void all_are_watched();

  /// A change in the source, delivered or on its way: not one that is a dead letter.
  void see(std::uint32_t log, std::int64_t offset, std::int64_t age, const lead_marks& marks);

  /// Where the newest change of the letter's lead lies that is newer; nothing as long as none has been seen.
  std::optional<std::int64_t> newer_than(std::size_t letter) const noexcept;

  /// The pass that each letter is to be replayed in, so that those of one lead go by their age, though they may be read in another order:
  /// the first is 0. At most `most`, which then includes those that would need more.
  std::vector<std::uint8_t> passes(std::uint8_t most) const;

  std::size_t size() const noexcept { return first_entries_.size(); }

 private:
  struct entry {
    std::uint64_t mark;
    std::uint32_t log;
    std::uint32_t letter;
    std::int64_t age;
  };
  /// Of what has been seen with this mark in this log.
  struct newest {
    std::uint64_t mark;
    std::uint32_t log;
    std::int64_t age = -1;
    std::int64_t offset = -1;
  };
  /// `newest_.size()` where no letter has the mark in the log.
  std::size_t find(std::uint64_t mark, std::uint32_t log) const noexcept;

  std::vector<entry> entries_;              ///< letter by letter
  std::vector<std::size_t> first_entries_;  ///< by letter
  std::vector<newest> newest_;              ///< by mark and log, one of each
};

}  // namespace leadrelay::dead_letters
