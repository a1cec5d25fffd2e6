#pragma once

#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"
#include "unit/temporary_folder.hpp"

namespace leadrelay::config {

using test::temporary_folder;

struct loaded {
  std::optional<configuration> value;
  std::vector<std::string> issues;  ///< without the file's name
};

inline loaded load(const std::string& text) {
  yaml::issues issues;
  loaded out;
  out.value = load_text(text, "f", issues);
  for (const auto& issue : issues.all()) out.issues.push_back(issue.text().substr(issue.file.size() + 1));
  EXPECT_EQ(out.value.has_value(), issues.good());
  return out;
}

/// A configuration that is well, to be broken in one place.
inline const std::string kafka_part = "kafka: { bootstrap.servers: b, group.id: g }\n";
inline const std::string topics_part = "topics: { lead_changes: [t], dead_letters: d }\n";
inline const std::string accounts_part = "accounts: { a: { provider: perch, credential: { env: KEY } } }\n";

/// `more` stands on line 4.
inline std::string whole(const std::string& more) { return kafka_part + topics_part + accounts_part + more; }

/// The account's keys stand from line 5 on, indented by four.
inline std::string with_account(const std::string& keys, const std::string& provider = "perch", bool credential = true) {
  return kafka_part + topics_part + "accounts:\n  a: # line 4\n" + keys + "    provider: " + provider + "\n" +
         (credential ? "    credential: { env: KEY }\n" : "");
}

struct broken {
  std::string text;
  std::vector<std::string> issues;  ///< `line:column: what`
};

inline void expect_issues(const std::vector<broken>& table) {
  for (const broken& each : table) EXPECT_EQ(load(each.text).issues, each.issues) << each.text;
}

}  // namespace leadrelay::config
