#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/usage.hpp"
#include "demo/demo.hpp"

namespace leadrelay::cli {

/// `demo::run`, given by the program so that the commands' library does without all that the demo is made of.
using demo_runner = std::function<int(const demo::demo_options&)>;

/// Gives the program its commands; parsing sets `chosen` to what the arguments ask for. All three live as long as `chosen` may be called.
void add_commands(CLI::App& program, chosen_command& chosen, const demo_runner& run_demo);

/// The program: reads its arguments and runs the command that they name. Returns the exit code.
int run_program(int argc, const char* const* argv, const demo_runner& run_demo);

}  // namespace leadrelay::cli
