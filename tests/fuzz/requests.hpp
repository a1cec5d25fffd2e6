#pragma once

#include <string_view>

#include "events/lead_change.hpp"
#include "providers/plan.hpp"

namespace leadrelay::fuzz {

/// Builds the request that `change` becomes and checks what holds of every one of them: a body that is JSON, a target that is one line of
/// printable ASCII without dot segments, details fit for a log that name no value of a field. `raw` is the record that the change was
/// decoded from.
void check_request(const providers::plan& by, const events::lead_change& change, std::string_view raw);

/// Checks what holds of a problem's detail, whatever it is of.
void check_detail(const problem& found);

}  // namespace leadrelay::fuzz
