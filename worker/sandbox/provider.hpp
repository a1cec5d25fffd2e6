#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace leadrelay::sandbox {

/// Whose API is answered.
enum class provider { perch, leadpro, octanist, leadping, orwel };

inline constexpr std::size_t provider_count = 5;
inline constexpr std::array<provider, provider_count> all_providers{provider::perch, provider::leadpro, provider::octanist,
                                                                    provider::leadping, provider::orwel};

/// `perch`, `leadpro`, `octanist`, `leadping`, `orwel`: the words of the control paths and the report.
std::string_view to_string(provider) noexcept;

std::optional<provider> provider_from(std::string_view word) noexcept;

}  // namespace leadrelay::sandbox
