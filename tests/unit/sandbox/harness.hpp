#pragma once

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/date_time.hpp"
#include "base/json.hpp"
#include "sandbox/state.hpp"

namespace leadrelay::sandbox {

/// The state with a clock that stands still until it is moved, and short ways to call it.
class harness {
 public:
  explicit harness(options from = {}) : state(std::move(from)) {}

  planned_answer call(std::string_view method, std::string_view target, std::string_view body = {}) {
    return state.handle({method, target, key, bearer, "application/json", body}, now);
  }

  void pass(duration time) {
    now.steady += time;
    now.wall += std::chrono::duration_cast<std::chrono::milliseconds>(time);
  }

  sandbox_state state;
  moment now{time_point{std::chrono::hours{1}}, *parse_date_time("2025-01-15T15:45:00Z")};
  std::string key = "k1";
  std::string bearer = "Bearer k1";
};

inline options with(provider which, provider_options settings) {
  options out;
  out[which] = std::move(settings);
  return out;
}

/// Canonical JSON for comparing: parsed and written again.
inline std::string canonical(std::string_view text) {
  const auto parsed = json::parse(text);
  return parsed ? json::serialize(*parsed) : "not JSON: " + std::string(text);
}

inline json::document parsed(std::string_view text) {
  auto read = json::parse(text);
  EXPECT_TRUE(read) << text;
  return read ? std::move(*read) : json::document{};
}

}  // namespace leadrelay::sandbox
