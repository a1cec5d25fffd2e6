#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace leadrelay::integration {

/// A Kafka record as tests write and read it.
struct kafka_record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::int32_t partition = -1;  ///< by the key where -1
  std::int64_t offset = -1;     ///< of a record that was read

  /// The value of the last header of that name; nothing where there is no such header or it has no value.
  std::optional<std::string> header(const std::string& name) const {
    std::optional<std::string> found;
    for (const auto& [header_name, header_value] : headers)
      if (header_name == name) found = header_value;
    return found;
  }
};

}  // namespace leadrelay::integration
