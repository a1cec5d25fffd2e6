#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "config/configuration.hpp"
#include "dead_letters/replay_plan.hpp"
#include "dead_letters/selection.hpp"

namespace leadrelay::dead_letters {

struct replay_options {
  selection which;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  ///< letters that are replayed
  std::optional<double> per_second;                                ///< letters, evenly
  bool dry_run = false;
  bool again = false;       ///< those that have been replayed, too
  bool over_newer = false;  ///< though their leads have newer changes
  bool unchecked = false;   ///< where newer changes cannot be seen
  bool anew = false;        ///< forgets what was replayed of a topic that has been made anew since
};

struct replay_report {
  std::uint64_t matched = 0;   ///< by the selection
  std::uint64_t already = 0;   ///< of these, replayed before
  std::uint64_t replayed = 0;  ///< by this run, or by a run that is no dry one
  std::array<std::uint64_t, hindrance_count> hindered{};
  bool interrupted = false;
  std::string trouble;  ///< why it ended before its end, where it has
};

/// What a replay tells while it runs.
class replay_listener {
 public:
  virtual ~replay_listener() = default;
  /// So many of the topic's letters have been looked at.
  virtual void surveyed(std::uint64_t read, std::uint64_t of) = 0;
  /// So many of the source's changes have been compared with the letters that are replayed next.
  virtual void compared(std::uint64_t read, std::uint64_t of) = 0;
  /// `of` includes those that turn out to be hindered.
  virtual void progressed(std::uint64_t done, std::uint64_t of) = 0;
  /// `newer` is the offset of the newer change, for that hindrance.
  virtual void hindered(std::int32_t partition, std::int64_t offset, hindrance why, std::optional<std::int64_t> newer) = 0;
};

/// Writes dead letters' changes back to the topics that they came from. Ends between two transactions once `stop` is true, within moments;
/// whenever it ends, by whatever, the next one goes on with what is left. docs/dead_letters.md says what holds. Blocks.
replay_report replay(const config::configuration& by, const replay_options& options, replay_listener& tell, const std::atomic<bool>& stop);

}  // namespace leadrelay::dead_letters
