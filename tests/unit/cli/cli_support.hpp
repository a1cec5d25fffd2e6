#pragma once

#include <iostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "unit/temporary_folder.hpp"

namespace leadrelay::cli {

using test::temporary_folder;

struct ended {
  int code = -1;
  std::string output;
  std::string error;
};

/// `leadrelay ARGUMENTS…` to its end, within this process. Its demo only tells what it was asked for, and ends with 7.
inline ended leadrelay(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv{"leadrelay"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  ended out;
  out.code = run_program(static_cast<int>(argv.size()), argv.data(), [](const demo::demo_options& asked) {
    std::cout << asked.events << " events, " << asked.seconds << " s, seed " << asked.seed << '\n';
    return 7;
  });
  out.output = testing::internal::GetCapturedStdout();
  out.error = testing::internal::GetCapturedStderr();
  return out;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

/// Configurations of these parts are well, but for the credential of `accounts_part`.
inline const std::string kafka_part = "kafka: { bootstrap.servers: b, group.id: g }\n";
inline const std::string topics_part = "topics: { lead_changes: [t], dead_letters: d }\n";
inline const std::string accounts_part = "accounts: { acme: { provider: orwel, credential: { env: LEADRELAY_TEST_NONE } } }\n";

}  // namespace leadrelay::cli
