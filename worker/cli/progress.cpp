#include "cli/progress.hpp"

#include <algorithm>

#include "cli/table.hpp"

namespace leadrelay::cli {
namespace {

constexpr auto between_bars = std::chrono::milliseconds(200);
constexpr auto between_lines = std::chrono::seconds(5);
constexpr std::uint64_t bar_width = 30;

}  // namespace

std::string progress::tell(const std::string& doing, std::uint64_t done, std::uint64_t of, clock::time_point now) {
  const auto between = is_terminal_ ? clock::duration(between_bars) : clock::duration(between_lines);
  if (now - told_ < between) return {};
  told_ = now;
  const std::uint64_t whole = std::max<std::uint64_t>(of, 1);
  const std::uint64_t reached = std::min(done, whole);
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const std::string text = grouped(done) + " of " + grouped(of) + " " + doing + ", " +
                           grouped(static_cast<std::uint64_t>(seconds > 0 ? static_cast<double>(done) / seconds : 0)) + " a second";
  if (!is_terminal_) return text + "\n";
  drawn_ = true;
  const std::uint64_t filled = reached * bar_width / whole;
  return "\r\033[K[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] " + text;
}

std::string progress::clear() {
  if (!drawn_) return {};
  drawn_ = false;
  return "\r\033[K";
}

}  // namespace leadrelay::cli
