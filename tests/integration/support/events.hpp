#pragma once

#include <string>

#include "support/kafka_record.hpp"

namespace leadrelay::integration {

/// A lead change as tests write it. `changes`, `snapshot` and `native` are JSON objects, or empty where the event has none.
struct lead_change {
  std::string id;
  std::string account;
  std::string lead_id;
  std::string changes;
  std::string snapshot;
  std::string native;

  std::string json() const;

  /// The record, with the account and the lead as its key.
  kafka_record record() const;
};

/// `text` as a JSON string with its quotes.
std::string quoted(const std::string& text);

/// A UUID that stands for `number`.
std::string uuid_of(unsigned number);

}  // namespace leadrelay::integration
