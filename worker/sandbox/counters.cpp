#include "sandbox/counters.hpp"

#include <string>

namespace leadrelay::sandbox {

void write_counters(json::writer& out, const counters& from) {
  const auto number = [&out](const char* name, std::uint64_t value) {
    out.Key(name);
    out.Uint64(value);
  };
  number("requests", from.requests);
  number("applied", from.applied);
  number("reads", from.reads);
  number("limited", from.limited);
  number("order_violations", from.order_violations);
  number("repeats", from.repeats);
  number("overlaps", from.overlaps);
  out.Key("by_status");
  out.StartObject();
  for (const auto& [status, count] : from.by_status) number(std::to_string(status).c_str(), count);
  out.EndObject();
  out.Key("faults");
  out.StartObject();
  for (std::size_t i = 0; i < fault_count; ++i)
    if (from.faults[i] > 0) number(to_string(static_cast<fault>(i)).data(), from.faults[i]);
  if (from.slow_bodies > 0) number("slow_body", from.slow_bodies);
  out.EndObject();
}

}  // namespace leadrelay::sandbox
