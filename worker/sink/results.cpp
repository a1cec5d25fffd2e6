#include "sink/results.hpp"

#include "base/date_time.hpp"
#include "base/json.hpp"

namespace leadrelay::sink {
namespace {

/// Appends members to one JSON object; texts that are empty and numbers that are absent are left out.
class object {
 public:
  explicit object(std::string& to) : to_(to) { to_ += '{'; }

  void add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    add_name(name);
    json::append_quoted(to_, value);
  }
  void add(std::string_view name, std::optional<std::int64_t> value) {
    if (!value) return;
    add_name(name);
    to_ += std::to_string(*value);
  }
  void end() { to_ += '}'; }

 private:
  void add_name(std::string_view name) {
    if (to_.back() != '{') to_ += ',';
    to_ += '"';
    to_ += name;
    to_ += "\":";
  }
  std::string& to_;
};

}  // namespace

std::string_view to_string(ending of) noexcept {
  switch (of) {
    case ending::delivered: return "delivered";
    case ending::merged: return "merged";
    case ending::dead_lettered: return "dead_lettered";
  }
  return "";
}

std::string make_result(const result& of) {
  constexpr std::size_t usual_size = 384;
  std::string text;
  text.reserve(usual_size);
  object members(text);
  members.add("event_id", of.event_id);
  members.add("account", of.account);
  members.add("provider", of.provider);
  members.add("outcome", to_string(of.outcome));
  if (of.reason) members.add("reason", leadrelay::to_string(*of.reason));
  members.add("http_status", of.http_status);
  members.add("attempts", of.attempts);
  members.add("topic", of.topic);
  members.add("partition", std::optional<std::int64_t>(of.partition));
  members.add("offset", std::optional<std::int64_t>(of.offset));
  members.add("settled_at", format_date_time(of.settled_at));
  members.add("leads_updated", of.leads_updated);
  members.add("request", of.request);
  members.end();
  return text;
}

results::results(loop& on, kafka::producer& through, std::string topic, std::size_t most)
    : loop_(on), topic_(std::move(topic)), most_(most), written_(on.executor()), writer_(on, through, "results") {}

void results::write(std::optional<std::string_view> key, const result& of) {
  if (writer_.unwritten() >= most_) {
    ++dropped_;
    return;
  }
  auto make = [this, key = key ? std::optional(std::string(*key)) : std::nullopt, value = make_result(of)](int) {
    kafka::outgoing_record record;
    record.topic = topic_;
    if (key) record.key = *key;
    record.value = value;
    return record;
  };
  writer_.write(std::move(make), [this] { written_.notify(); });
}

task<void> results::flush(duration grace) {
  const time_point deadline = loop_.now() + grace;
  while (unwritten() > 0 && loop_.now() < deadline) co_await loop_.wait_until(written_, deadline);
}

}  // namespace leadrelay::sink
