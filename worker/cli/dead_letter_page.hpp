#pragma once

#include <string>
#include <vector>

#include "cli/explained.hpp"
#include "dead_letters/selection.hpp"

namespace leadrelay::cli {

/// All that is known of one dead letter, for people or machines to see: sensitive values masked unless `reveal`, credentials always.
class dead_letter_page {
 public:
  /// The letter outlives it. `replayed` is what the book says.
  dead_letter_page(const config::configuration& by, const dead_letters::read_letter_record& one, bool replayed, bool reveal);

  std::string text(const std::string& topic) const;
  std::string json(const std::string& topic) const;

 private:
  void read_event(const config::configuration& by);
  void ask_definition(const config::account& account, const events::lead_change& change);
  std::string key_text() const;
  std::string headers_text() const;
  std::string account_provider() const;

  const dead_letters::read_letter_record& one_;
  bool replayed_;
  bool reveal_;
  std::string event_;       ///< JSON; empty where the event cannot be read
  std::string unreadable_;  ///< why
  outcome<explanation> request_;
  std::vector<std::string> definition_;  ///< what the definition says, a line each
};

}  // namespace leadrelay::cli
