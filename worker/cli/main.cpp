#include "cli/program.hpp"
#include "demo/demo.hpp"

int main(int argc, char** argv) { return leadrelay::cli::run_program(argc, argv, leadrelay::demo::run); }
