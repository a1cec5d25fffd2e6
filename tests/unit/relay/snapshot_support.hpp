#pragma once

#include <string>

#include <gtest/gtest.h>

#include "relay/snapshot.hpp"
#include "simulation/simulated_world.hpp"

namespace leadrelay {

/// How the account of that name stands.
inline relay::account_snapshot of(simulated::world& w, const std::string& name = "acme") {
  for (const auto& each : w.relay->snapshot().accounts)
    if (each.name == name) return each;
  ADD_FAILURE() << "no account " << name;
  return {};
}

}  // namespace leadrelay
