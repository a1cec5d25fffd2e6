#include "sandbox/provider.hpp"

namespace leadrelay::sandbox {
namespace {

constexpr std::array<std::string_view, provider_count> words{"perch", "leadpro", "octanist", "leadping", "orwel"};

}  // namespace

std::string_view to_string(provider which) noexcept { return words[static_cast<std::size_t>(which)]; }

std::optional<provider> provider_from(std::string_view word) noexcept {
  for (const provider which : all_providers)
    if (to_string(which) == word) return which;
  return std::nullopt;
}

}  // namespace leadrelay::sandbox
