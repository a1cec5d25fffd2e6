#pragma once

#include <string>

#include "cli/command_tree.hpp"

namespace leadrelay::cli {

/// Scripts that complete the program's commands, options and values: each is for the shell that it names, and needs nothing but it.
std::string complete_in_bash(const described_command& program);
std::string complete_in_fish(const described_command& program);
std::string complete_in_zsh(const described_command& program);

}  // namespace leadrelay::cli
