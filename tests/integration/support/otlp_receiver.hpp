#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace leadrelay::integration {

/// A span as it came, ids in hexadecimal.
struct received_span {
  std::string trace;
  std::string id;
  std::string parent;  ///< empty where it has none
  std::string name;
  int kind = 0;
  std::int64_t start_ns = 0;
  std::int64_t end_ns = 0;
  bool failed = false;
  std::map<std::string, std::string> attributes;
  std::vector<std::string> links;  ///< the spans' ids
  std::map<std::string, std::string> resource;
};

/// A request as it came.
struct received_request {
  std::string target;
  std::string content_type;
  std::string authorization;
  std::string body;
};

/// What takes spans: an HTTP server on a free port of the loopback, on a thread of its own. It answers with the statuses that it is told,
/// one after another, and then with 200.
class otlp_receiver {
 public:
  explicit otlp_receiver(std::vector<int> first_statuses = {});
  ~otlp_receiver();
  otlp_receiver(const otlp_receiver&) = delete;
  otlp_receiver& operator=(const otlp_receiver&) = delete;

  std::string url() const;
  std::vector<received_request> requests() const;
  /// Of the requests that were answered with 200; throws where a body is not OTLP in JSON.
  std::vector<received_span> spans() const;

 private:
  struct server;
  std::unique_ptr<server> server_;
};

}  // namespace leadrelay::integration
