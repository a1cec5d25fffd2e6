#pragma once

#include <functional>

#include "demo/demo.hpp"

namespace leadrelay::cli {

/// `demo::run`, given by the program so that the commands' library does without all that the demo is made of.
using demo_runner = std::function<int(const demo::demo_options&)>;

/// The program: reads its arguments and runs the command that they name. Returns the exit code.
int run_program(int argc, const char* const* argv, const demo_runner& run_demo);

}  // namespace leadrelay::cli
