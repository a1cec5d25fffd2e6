#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sandbox/message.hpp"

namespace leadrelay::sandbox {

/// The newest requests: a bounded ring of time, method, target and body, without any header, so that no credential is kept.
class request_log {
 public:
  /// The bytes of a body that are kept.
  static constexpr std::size_t most_body = 16 * 1024;

  explicit request_log(std::size_t most) : most_(most) {}

  void add(const request& what, int status, wall_time at);

  /// The newest `count`, oldest first: `[{"at","method","target","status","body"}]`, `at` being when it came; `body_bytes` is there where
  /// the body was cut. A status of 0 means that none was sent.
  std::string json(std::size_t count) const;

 private:
  struct entry {
    wall_time at;
    std::string method;
    std::string target;
    std::string body;
    std::size_t body_bytes = 0;
    int status = 0;
  };

  static void append(std::string& out, const entry& one);

  std::size_t most_;
  std::size_t oldest_ = 0;
  std::vector<entry> entries_;
};

}  // namespace leadrelay::sandbox
