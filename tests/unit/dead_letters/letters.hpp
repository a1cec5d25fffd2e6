#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "events/record.hpp"

namespace leadrelay::dead_letters {

inline const std::string good_event = R"({"id":"e1","account":"acme","lead":{"id":"l1","email":"a@b.c"},"changes":{"status":"won"}})";

using header_texts = std::vector<std::pair<std::string, std::string>>;

inline header_texts good_headers() {
  return {{"traceparent", "00"},          {"leadrelay.reason", "rejected"}, {"leadrelay.detail", "HTTP 422"}, {"leadrelay.account", "acme"},
          {"leadrelay.topic", "changes"}, {"leadrelay.partition", "3"},     {"leadrelay.offset", "42"}};
}

/// A record of the topic of dead letters, `dead` [1] at 7.
inline events::record record_of(const header_texts& headers, const std::string& value = good_event,
                                std::int64_t time_ms = 1'795'255'200'000) {
  std::vector<events::header> views;
  for (const auto& [name, text] : headers) views.push_back({name, text});
  events::record out = events::copy_record("key", value, views);
  out.topic = std::make_shared<const std::string>("dead");
  out.partition = 1;
  out.offset = 7;
  out.timestamp_ms = time_ms;
  return out;
}

inline header_texts with(header_texts headers, const std::string& name, const std::string& value) {
  std::erase_if(headers, [&](const auto& each) { return each.first == name; });
  headers.emplace_back(name, value);
  return headers;
}

}  // namespace leadrelay::dead_letters
