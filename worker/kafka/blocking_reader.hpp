#pragma once

#include <optional>

#include "kafka/handles.hpp"
#include "kafka/properties.hpp"

namespace leadrelay::kafka {

/// Reads given partitions, committed transactions only, for a thread that may wait: a client of its own, without a group, which ends with
/// it.
class blocking_reader {
 public:
  /// From these offsets on. Nothing where no client can be made.
  static std::optional<blocking_reader> make(const partition_list_handle& from, const properties& given);
  blocking_reader(blocking_reader&&) = default;
  blocking_reader& operator=(blocking_reader&&) = delete;
  ~blocking_reader();

  /// The next record, end of a partition or error; null where none comes within 100 ms.
  event_handle next() const;

 private:
  explicit blocking_reader(client_handle client);

  client_handle client_;
  queue_handle events_;
};

}  // namespace leadrelay::kafka
