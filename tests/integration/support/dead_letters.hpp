#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/events.hpp"
#include "support/process.hpp"
#include "support/scenario.hpp"
#include "support/temp_dir.hpp"

namespace leadrelay::integration {

/// The dead letter that a worker would have written of a record at this place of the source.
kafka_record dead_letter_of(const kafka_record& original, const std::string& topic, std::int32_t partition, std::int64_t offset,
                            const std::string& account, const std::string& reason);

/// Topics with changes and dead letters of them, written without a worker, and the commands that work with them.
class dead_letter_world {
 public:
  explicit dead_letter_world(const std::string& name, int partitions = 2);
  ~dead_letter_world();

  scenario& world() noexcept { return world_; }
  std::string book_topic() const { return world_.group() + ".replayed"; }

  /// Writes a change of the lead to a partition of the source; its offset is the next of those that this has written.
  std::int64_t write_change(const std::string& lead, const std::string& id, std::int32_t partition = 0);
  /// The same, and its dead letter, which lies in the partition of that number.
  std::int64_t write_dead(const std::string& lead, const std::string& id, std::int32_t partition = 0,
                          const std::string& reason = "rejected");
  void flush() { world_.writer().flush(); }

  /// `leadrelay dead-letters COMMAND --config … MORE`
  command_result run(const std::string& command, const std::vector<std::string>& more = {});
  std::vector<std::string> arguments(const std::string& command, const std::vector<std::string>& more = {}) const;

  /// The records of the source that a replay has written, in the order of their partitions.
  std::vector<kafka_record> replayed() const;
  /// Their events' ids.
  std::vector<std::string> replayed_ids() const;

  static constexpr const char* account = "acme-orwel";

 private:
  scenario world_;
  temp_dir directory_;
  std::string config_;
  std::vector<std::int64_t> next_;
};

/// The member of the JSON object in each line that has it, as text; those of one kind alone.
std::vector<std::string> members_of(const std::string& lines, const std::string& kind, const std::string& member);

}  // namespace leadrelay::integration
