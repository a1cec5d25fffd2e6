#pragma once

#include <span>
#include <string_view>

namespace leadrelay::providers {

struct embedded_file {
  std::string_view name;  ///< `perch.yaml`
  std::string_view text;
};

/// The definitions that the program carries; written at build time by embed.cmake.
std::span<const embedded_file> embedded_definitions() noexcept;

}  // namespace leadrelay::providers
