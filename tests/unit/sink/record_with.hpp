#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"

namespace leadrelay::sink {

/// A record of the source: partition 3, offset 42, written at 2026-11-21T10:00:00Z.
inline events::record record_with(const std::vector<events::header>& headers, std::optional<std::string_view> key = "k",
                                  std::optional<std::string_view> value = "v") {
  events::record record = events::copy_record(key, value, headers);
  record.topic = std::make_shared<const std::string>("lead-changes");
  record.partition = 3;
  record.offset = 42;
  record.timestamp_ms = 1'795'255'200'000;
  return record;
}

}  // namespace leadrelay::sink
