#include "demo/screen.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <unistd.h>

namespace leadrelay::demo {
namespace {

constexpr std::uint64_t bar_cells = 30;
constexpr auto line_pause = std::chrono::seconds{2};

std::string bar(std::uint64_t done, std::uint64_t bad, std::uint64_t planned) {
  const std::uint64_t whole = std::max<std::uint64_t>(planned, 1);
  const std::uint64_t green = std::min(bar_cells, done * bar_cells / whole);
  const std::uint64_t red = std::min(bar_cells - green, (bad * bar_cells + whole - 1) / whole);
  std::string out = "\x1b[32m";
  for (std::uint64_t i = 0; i < green; ++i) out += "█";
  out += "\x1b[31m";
  for (std::uint64_t i = 0; i < red; ++i) out += "█";
  out += "\x1b[2;37m";
  for (std::uint64_t i = green + red; i < bar_cells; ++i) out += "░";
  return out + "\x1b[0m";
}

}  // namespace

std::uint64_t retried(const relay::account_metrics& counts) noexcept {
  return counts.verdicts[static_cast<std::size_t>(providers::verdict::retry)] + counts.verdicts[static_cast<std::size_t>(providers::verdict::wait)];
}

screen::screen(std::map<std::string, std::uint64_t> planned) : planned_(std::move(planned)), terminal_(isatty(STDOUT_FILENO) == 1) {}

void screen::show(const admin::process_snapshot& now) {
  const double seconds = std::chrono::duration<double>(now.taken - shown_before_).count();
  if (terminal_) {
    show_bars(now, seconds);
    shown_before_ = now.taken;
  } else if (now.taken - shown_before_ >= line_pause) {
    show_line(now);
    shown_before_ = now.taken;
  }
}

void screen::show_bars(const admin::process_snapshot& now, double seconds) {
  if (lines_ > 0) std::printf("\x1b[%dA", lines_);
  std::printf("\x1b[2K%-15s %-30s %9s %8s %8s %6s %8s\n", "account", "", "delivered", "waiting", "retried", "dead", "per s");
  lines_ = 1;
  for (const relay::account_snapshot& account : now.accounts()) {
    const std::uint64_t done = account.counts.delivered;
    const double rate = static_cast<double>(done - delivered_before_[account.name]) / std::max(seconds, 0.001);
    double& shown_rate = rates_[account.name];
    shown_rate = shown_rate * 0.8 + rate * 0.2;
    delivered_before_[account.name] = done;
    std::printf("\x1b[2K%-15s %s %9lu %8lu %8lu %6lu %8.0f\n", account.name.c_str(),
                bar(done, account.counts.dead_lettered(), planned_[account.name]).c_str(), done, account.waiting, retried(account.counts),
                account.counts.dead_lettered(), shown_rate);
    ++lines_;
  }
  std::fflush(stdout);
}

void screen::show_line(const admin::process_snapshot& now) {
  std::string line;
  for (const relay::account_snapshot& account : now.accounts()) {
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(), "%s %lu/%lu", account.name.c_str(), account.counts.delivered, planned_[account.name]);
    line += (line.empty() ? "" : ", ") + std::string(text.data());
  }
  std::printf("delivered: %s\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace leadrelay::demo
