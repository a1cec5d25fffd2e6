#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "admin/process_snapshot.hpp"

namespace leadrelay::demo {

/// Shows progress on standard output: a bar for each account where that is a terminal, else a plain line now and then.
class screen {
 public:
  /// `planned`: how many changes each account gets in all.
  explicit screen(std::map<std::string, std::uint64_t> planned);

  void show(const admin::process_snapshot& now);

 private:
  void show_bars(const admin::process_snapshot& now, double seconds);
  void show_line(const admin::process_snapshot& now);

  std::map<std::string, std::uint64_t> planned_;
  std::map<std::string, std::uint64_t> delivered_before_;
  std::map<std::string, double> rates_;
  wall_time shown_before_{};
  int lines_ = 0;
  bool terminal_ = false;
};

/// What went again: exchanges that led to another.
std::uint64_t retried(const relay::account_metrics& counts) noexcept;

}  // namespace leadrelay::demo
