#include "simulation/trace.hpp"

#include <cstdio>

namespace leadrelay::simulation {

/// FNV-1a, eight bytes at a time.
void trace::mix(std::uint64_t number) noexcept { hash_ = (hash_ ^ number) * 0x100000001b3u; }

double trace::seconds() const { return std::chrono::duration<double>(loop_.now() - began_).count(); }

void trace::event(std::string_view what, std::initializer_list<value> values) {
  ++events_;
  mix(static_cast<std::uint64_t>((loop_.now() - began_).count()));
  for (const char letter : what) mix(static_cast<unsigned char>(letter));
  for (const value& each : values) mix(static_cast<std::uint64_t>(each.second));
  if (!prints_) return;
  std::printf("%11.6f %.*s", seconds(), static_cast<int>(what.size()), what.data());
  for (const value& each : values)
    std::printf(" %.*s=%lld", static_cast<int>(each.first.size()), each.first.data(), static_cast<long long>(each.second));
  std::printf("\n");
}

void trace::remark(std::string_view text, std::string_view more) {
  if (prints_)
    std::printf("%11.6f -- %.*s %.*s\n", seconds(), static_cast<int>(text.size()), text.data(), static_cast<int>(more.size()), more.data());
}

void trace::broken(std::string_view invariant, const std::string& text) {
  if (first_) return;
  char at[32];
  std::snprintf(at, sizeof at, "at %.6f s: ", seconds());
  first_ = violation{std::string(invariant), at + text};
  if (prints_) std::printf("BROKEN %s: %s\n", first_->invariant.c_str(), first_->text.c_str());
}

}  // namespace leadrelay::simulation
