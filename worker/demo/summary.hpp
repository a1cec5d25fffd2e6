#pragma once

#include <cstddef>
#include <vector>

#include "admin/process_snapshot.hpp"
#include "demo/stream.hpp"
#include "demo/topic_io.hpp"
#include "sandbox/server.hpp"

namespace leadrelay::demo {

/// How many of the records must be buried.
std::size_t count_bad(const std::vector<demo_record>& records);

/// Compares what the sandbox holds with what it must hold, prints the outcome, and tells whether all is as expected.
bool summarize(const admin::process_snapshot& last, const stream& changes, const std::vector<demo_record>& records,
               const std::vector<buried>& dead, sandbox::background_server& providers);

}  // namespace leadrelay::demo
