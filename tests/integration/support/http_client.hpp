#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/json.hpp"

/// A simple blocking HTTP client on this machine's loopback. Everything throws where there is no answer.
namespace leadrelay::integration {

struct http_answer {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// `url` is `http://host:port/path`.
http_answer http_get(const std::string& url, std::chrono::milliseconds within = std::chrono::seconds{10});
http_answer http_put(const std::string& url, const std::string& body, std::chrono::milliseconds within = std::chrono::seconds{10});

/// The JSON of an answer with status 200; throws otherwise.
json::document get_json(const std::string& url, std::chrono::milliseconds within = std::chrono::seconds{30});

}  // namespace leadrelay::integration
