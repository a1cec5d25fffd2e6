#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "providers/definition.hpp"

/// A small definition for tests to alter.
namespace leadrelay::providers {

inline constexpr std::string_view plain = R"(name: acme
base_url: https://api.acme.example
call: { method: PATCH, path: "/leads/{id}" }
auth: { header: x-api-key }
lead: { one_of: [id] }
fields:
  status: { to: /status, enum: [won, lost] }
  note: { to: /note }
)";

/// The plain definition with the line that starts with `start` replaced, or `line` added at its end where `start` is empty.
inline std::string with(std::string_view start, std::string_view line) {
  std::istringstream in{std::string(plain)};
  std::string out;
  for (std::string each; std::getline(in, each);) out += (!start.empty() && each.starts_with(start) ? std::string(line) : each) + "\n";
  return start.empty() ? out + std::string(line) + "\n" : out;
}

/// The definition that the text compiles to; every issue fails the test.
inline std::shared_ptr<const definition> compiled(const std::string& text) {
  yaml::issues issues;
  auto made = compile(text, "x.yaml", issues);
  for (const yaml::issue& one : issues.all()) ADD_FAILURE() << one.text();
  return made;
}

}  // namespace leadrelay::providers
