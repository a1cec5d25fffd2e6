#include "config/changes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace leadrelay::config {
namespace {

using key_list = std::vector<std::string>;

void add_if(bool differs, std::string key, key_list& to) {
  if (differs) to.push_back(std::move(key));
}

void compare_kafka(const configuration& now, const configuration& next, key_list& to) {
  const std::map<std::string, std::string> before(now.kafka.begin(), now.kafka.end());
  const std::map<std::string, std::string> after(next.kafka.begin(), next.kafka.end());
  std::set<std::string> names;
  for (const auto* each : {&before, &after})
    for (const auto& [name, value] : *each) names.insert(name);
  const auto value_of = [](const auto& in, const std::string& name) {
    const auto found = in.find(name);
    return found == in.end() ? std::optional<std::string>() : std::optional(found->second);
  };
  for (const std::string& name : names) add_if(value_of(before, name) != value_of(after, name), "kafka." + name, to);
}

void compare_topics(const topics& now, const topics& next, key_list& to) {
  add_if(now.lead_changes != next.lead_changes, "topics.lead_changes", to);
  add_if(now.dead_letters != next.dead_letters, "topics.dead_letters", to);
  add_if(now.results != next.results, "topics.results", to);
}

bool are_same(const tracing_settings& one, const tracing_settings& other) {
  const auto same_header = [](const tracing_header& a, const tracing_header& b) {
    return std::tie(a.name, a.value) == std::tie(b.name, b.value);
  };
  return std::ranges::equal(one.headers, other.headers, same_header) &&
         std::tie(one.endpoint, one.service_name, one.sampling, one.queue, one.interval, one.timeout, one.tls) ==
             std::tie(other.endpoint, other.service_name, other.sampling, other.queue, other.interval, other.timeout, other.tls);
}

bool are_same(const std::optional<tracing_settings>& one, const std::optional<tracing_settings>& other) {
  return one && other ? are_same(*one, *other) : one.has_value() == other.has_value();
}

bool are_same(const providers::account_settings& one, const providers::account_settings& other) {
  const auto same_default = [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; };
  return std::equal(one.defaults.begin(), one.defaults.end(), other.defaults.begin(), other.defaults.end(), same_default) &&
         std::tie(one.base_url, one.ignore, one.require, one.clear, one.on_unknown) ==
             std::tie(other.base_url, other.ignore, other.require, other.clear, other.on_unknown);
}

}  // namespace

std::vector<std::string> restart_keys(const configuration& now, const configuration& next) {
  key_list out;
  compare_kafka(now, next, out);
  compare_topics(now.topics, next.topics, out);
  add_if(std::tie(now.admin.host, now.admin.port) != std::tie(next.admin.host, next.admin.port), "admin.listen", out);
  add_if(now.log.json != next.log.json, "log.format", out);
  add_if(now.log.level != next.log.level, "log.level", out);
  add_if(!are_same(now.tracing, next.tracing), "tracing", out);
  add_if(now.threads != next.threads, "threads", out);
  add_if(now.memory != next.memory, "memory", out);
  add_if(now.max_record != next.max_record, "max_record", out);
  add_if(now.grace != next.grace, "grace", out);
  add_if(now.order != next.order, "order_by", out);
  return out;
}

bool is_same(const configuration& in_now, const account& now, const configuration& in_next, const account& next) {
  const std::string& name = now.plan.definition().name();
  return name == next.plan.definition().name() && in_now.catalogue.source(name) == in_next.catalogue.source(name) &&
         now.plan.base_url() == next.plan.base_url() && are_same(now.plan.settings(), next.plan.settings()) &&
         std::tie(now.name, now.credential, now.limits, now.concurrency, now.retry, now.connect_timeout, now.answer_timeout,
                  now.largest_answer, now.tls, now.tls_seen, now.merging, now.park, now.passes_trace_context) ==
             std::tie(next.name, next.credential, next.limits, next.concurrency, next.retry, next.connect_timeout, next.answer_timeout,
                      next.largest_answer, next.tls, next.tls_seen, next.merging, next.park, next.passes_trace_context);
}

}  // namespace leadrelay::config
