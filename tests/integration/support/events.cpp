#include "support/events.hpp"

#include <cstdio>

#include "base/json.hpp"

namespace leadrelay::integration {

std::string quoted(const std::string& text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

std::string uuid_of(unsigned number) {
  char text[37];
  std::snprintf(text, sizeof text, "%08x-0000-4000-8000-%012x", number, number);
  return text;
}

std::string lead_change::json() const {
  std::string out = "{\"id\":" + quoted(id) + ",\"account\":" + quoted(account) + ",\"occurred_at\":\"2026-11-21T10:00:00Z\"";
  out += ",\"lead\":{\"id\":" + quoted(lead_id) + "}";
  if (!changes.empty()) out += ",\"changes\":" + changes;
  if (!snapshot.empty()) out += ",\"snapshot\":" + snapshot;
  if (!native.empty()) out += ",\"native\":" + native;
  return out + "}";
}

kafka_record lead_change::record() const {
  kafka_record made;
  made.key = account + "/" + lead_id;
  made.value = json();
  return made;
}

}  // namespace leadrelay::integration
