#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dead_letters/newer_changes.hpp"

namespace leadrelay::dead_letters {

/// Why a dead letter that was asked for is not replayed.
enum class hindrance {
  newer_change,     ///< its lead has a newer change in the source, delivered or on its way
  unchecked,        ///< whether its lead has one cannot be known: the source's log has lost what came after it, or is not the one it lay in
  outcome_unknown,  ///< the provider may have applied it: replayed only when asked for by this reason
  no_letter,        ///< no dead letter of Leadrelay, or one that does not tell where its change lay
  other_topic,      ///< its change lay in a topic or partition that topics.lead_changes does not have
  cut,              ///< its value was cut, and the whole record is no longer in the source
  too_large,        ///< the source topic takes no record as large
  repeated,         ///< another letter of the same change has been replayed, or was found hindered before it
};
inline constexpr int hindrance_count = 8;

/// The word for machines, snake_case.
std::string_view to_string(hindrance) noexcept;
/// A line for people, what to do included.
std::string_view explain(hindrance) noexcept;

/// A dead letter that may be replayed, by where it lies.
struct planned_letter {
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::uint32_t log = 0;  ///< of its source, an index
  std::int64_t age = -1;
  std::int64_t source_offset = -1;
};

/// The letters that are checked and then replayed together: in the order that they are read in, with what is known of newer changes of
/// their leads. Takes about 100 bytes for each.
class replay_plan {
 public:
  void add(const planned_letter& one, const lead_marks& marks);
  /// To be called once all are added.
  void complete();

  std::size_t size() const noexcept { return letters_.size(); }
  const planned_letter& at(std::size_t index) const { return letters_[index]; }
  newer_changes& newer() noexcept { return newer_; }
  const newer_changes& newer() const noexcept { return newer_; }

  int passes() const noexcept { return passes_; }
  /// The letter at this place, where it is planned for this pass.
  std::optional<std::size_t> find(std::int32_t partition, std::int64_t offset, int pass) const noexcept;

  struct span {
    std::int64_t begin = -1;  ///< -1 where the pass has none of the partition
    std::int64_t end = -1;    ///< one beyond the last
  };
  /// Where the letters of a pass lie in a partition.
  span where(std::int32_t partition, int pass) const noexcept;

  /// The lowest age of a log's letters; nothing where there are none.
  std::optional<std::int64_t> oldest(std::uint32_t log) const noexcept;

 private:
  std::vector<planned_letter> letters_;
  std::vector<std::uint8_t> pass_of_;
  int passes_ = 1;
  newer_changes newer_;
};

}  // namespace leadrelay::dead_letters
