#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/yaml_reader.hpp"
#include "events/lead_change.hpp"
#include "providers/definition.hpp"
#include "providers/plan.hpp"

namespace leadrelay::providers {

/// A change straight from JSON, without the checks of an event's decoder.
inline events::lead_change change_of(std::string_view text) {
  events::lead_change out;
  auto parsed = json::parse(text, out.memory, &out.numbers);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().detail) << " in " << text;
  out.id = "event-1";
  out.document = std::make_unique<json::document>(std::move(*parsed));
  if (const auto* lead = json::find(*out.document, "lead")) {
    const auto member = [&](std::string_view name) {
      const json::value* found = json::find(*lead, name);
      return found ? json::text(*found) : std::string_view();
    };
    out.lead = {member("id"), member("email"), member("phone")};
  }
  out.changes = json::find(*out.document, "changes");
  out.snapshot = json::find(*out.document, "snapshot");
  out.native = json::find(*out.document, "native");
  return out;
}

inline const catalogue& embedded() {
  static const catalogue loaded = [] {
    yaml::issues issues;
    auto out = catalogue::load(std::nullopt, issues);
    for (const auto& issue : issues.all()) ADD_FAILURE() << issue.text();
    return out;
  }();
  return loaded;
}

inline std::shared_ptr<const definition> compiled(const std::string& text) {
  yaml::issues issues;
  auto out = compile(text, "test.yaml", issues);
  for (const auto& issue : issues.all()) ADD_FAILURE() << issue.text();
  return out;
}

struct planned {
  std::optional<plan> value;
  std::vector<std::string> issues;
};

/// Settings own JSON documents, which do not copy themselves.
inline account_settings copy_of(const account_settings& from) {
  account_settings out;
  out.account = from.account;
  out.base_url = from.base_url;
  out.ignore = from.ignore;
  out.require = from.require;
  out.clear = from.clear;
  out.on_unknown = from.on_unknown;
  for (const auto& [name, value] : from.defaults) out.defaults[name].CopyFrom(value, out.defaults[name].GetAllocator());
  return out;
}

/// Plans with settings whose `defaults` stand in `account` too, a YAML text that gives issues their places.
inline planned try_plan(std::shared_ptr<const definition> of, const account_settings& settings = {}, const std::string& account = "{}") {
  yaml::issues issues;
  static const std::string file = "account.yaml";
  const yaml::reader at(YAML::Load(account), "accounts.acme", file, issues);
  planned out;
  out.value = make_plan(std::move(of), copy_of(settings), at);
  for (const auto& issue : issues.all()) out.issues.push_back(issue.text());
  return out;
}

inline plan plan_of(std::string_view provider, const account_settings& settings = {}) {
  auto made = try_plan(embedded().find(provider), settings);
  for (const auto& issue : made.issues) EXPECT_NE(issue.find("warning"), std::string::npos) << issue;
  return std::move(*made.value);
}

inline account_settings with_defaults(std::initializer_list<std::pair<const char*, const char*>> given) {
  account_settings out;
  for (const auto& [name, text] : given) out.defaults.emplace(name, json::parse(text).value());
  return out;
}

/// What `build` says: `METHOD target body`, `nothing`, or `reason: detail`.
inline std::string built(const plan& by, const events::lead_change& change) {
  const auto request = by.build(change);
  if (!request) return std::string(to_string(request.error().reason)) + ": " + request.error().detail;
  if (request->nothing_to_send) return "nothing";
  return std::string(request->method) + " " + request->target + " " + request->body;
}

inline std::string built(const plan& by, std::string_view change) { return built(by, change_of(change)); }

inline constexpr const char* names = R"("email":"a@b.example","first_name":"A","last_name":"B")";

/// An event for a provider, of the lead `x`; `rest` are further members.
inline std::string perch(std::string_view changes, std::string_view rest = "") {
  return R"({"lead":{"id":"x"},"changes":)" + std::string(changes) + std::string(rest) + "}";
}

/// As `perch`, with the names that Lead.pro requires before `more`.
inline std::string leadpro(std::string_view more) {
  return R"({"lead":{"id":"x"},"changes":{"first_name":"A","last_name":"B",)" + std::string(more) + "}}";
}

inline std::string octanist(std::string_view changes, std::string_view rest = "") {
  return R"({"lead":{"id":"x"},"changes":)" + std::string(changes) + std::string(rest) + "}";
}

inline std::string orwel(std::string_view changes) {
  return R"({"lead":{"id":"550e8400-e29b-41d4-a716-446655440000"},"changes":)" + std::string(changes) + "}";
}

inline std::string repeated(std::string_view piece, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

/// Whether two JSON texts are the same value, members in any order.
inline bool same_json(std::string_view a, std::string_view b) {
  const auto left = json::parse(a);
  const auto right = json::parse(b);
  return left && right && *left == *right;
}

}  // namespace leadrelay::providers
