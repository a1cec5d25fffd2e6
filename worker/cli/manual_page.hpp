#pragma once

#include <string>

#include "cli/command_tree.hpp"

namespace leadrelay::cli {

/// The program's page of section 1 of the manual, in the man macros of groff_man(7).
std::string manual_page(const described_command& program);

}  // namespace leadrelay::cli
