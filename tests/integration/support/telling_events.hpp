#pragma once

#include <string>
#include <vector>

#include "support/kafka_record.hpp"
#include "support/needles.hpp"

namespace leadrelay::integration {

/// Events that say of a lead all that an account's provider takes, and whose every sensitive value is a needle.
class telling_events {
 public:
  explicit telling_events(needles& all) : needles_(all) {}

  /// A change that can be sent.
  kafka_record change(const std::string& provider, const std::string& account);
  /// The same in the provider's own shape; empty where the provider takes nothing more so.
  std::vector<kafka_record> native_change(const std::string& provider, const std::string& account);
  /// Changes that the provider's definition refuses before anything is sent, each for a reason of its own.
  std::vector<kafka_record> impossible_changes(const std::string& provider, const std::string& account);
  /// Records that are no events, with such values in them.
  std::vector<kafka_record> malformed(const std::string& account);
  /// A record of more than `size` bytes.
  kafka_record large(const std::string& account, std::size_t size);

 private:
  std::string word(const std::string& name);
  std::string text(const std::string& name, const std::string& value);
  std::string text(const std::string& name);
  std::string address(const std::string& name);
  std::string number(const std::string& name);
  std::string address_parts();
  std::string phone();
  std::string fields(const std::string& provider);
  kafka_record event(const std::string& account, const std::string& parts);

  needles& needles_;
  unsigned made_ = 0;
};

}  // namespace leadrelay::integration
