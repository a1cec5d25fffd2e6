#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/loop.hpp"
#include "kafka/librdkafka_consumer.hpp"
#include "kafka/librdkafka_producer.hpp"
#include "kafka/mock_cluster.hpp"

/// What the tests against the mock cluster share: one cluster for the process, a loop that runs until something is so, and a consumer
/// that remembers what it was told.
namespace leadrelay::kafka {

using namespace std::chrono_literals;

/// The one cluster of the process; tests have topics and groups of their own.
inline mock_cluster& cluster() {
  static mock_cluster shared = *mock_cluster::start();
  return shared;
}

/// A name no other test has.
inline std::string fresh(const std::string& name) {
  static int count = 0;
  return name + "-" + std::to_string(++count);
}

inline std::string fresh_topic(int partitions, mock_cluster& on = cluster()) {
  const std::string topic = fresh("topic");
  on.create_topic(topic, partitions);
  return topic;
}

inline properties properties_for(const std::string& group, const mock_cluster& of = cluster()) {
  return {
      {"bootstrap.servers", of.bootstrap_servers()}, {"group.id", group}, {"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}};
}

class test_loop {
 public:
  /// Runs the loop until the condition holds (true) or the time is over (false).
  bool run_until(const std::function<bool()>& condition, duration limit = 60s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      context_.restart();
      context_.run_one_for(20ms);
    }
    return true;
  }

  /// Runs the loop that long, for what must not happen.
  void run_for(duration time) {
    run_until([] { return false; }, time);
  }

  /// Runs a coroutine to its end; false where it does not end in time.
  bool run(task<void> work, duration limit = 60s) {
    bool ended = false;
    boost::asio::co_spawn(context_.get_executor(), std::move(work), [&ended](std::exception_ptr) { ended = true; });
    return run_until([&ended] { return ended; }, limit);
  }

  loop& on() { return loop_; }

 private:
  boost::asio::io_context context_{1};
  real_loop loop_{context_};
};

/// Remembers what a consumer tells, and gives partitions up at once unless told not to.
class remembering : public consumer_events {
 public:
  void on_record(events::record&& taken) override {
    ++records_of[{*taken.topic, taken.partition}];
    if (on_each) on_each(taken);
    records.push_back(std::move(taken));
  }
  void on_assigned(const std::vector<assigned_partition>& partitions) override {
    assigned_calls.push_back(partitions);
    for (const auto& partition : partitions) held.insert(partition.partition);
  }
  void on_revoked(const std::vector<topic_partition>& partitions, bool lost) override {
    revoked_calls.push_back(partitions);
    last_lost = lost;
    for (const auto& partition : partitions) held.erase(partition);
    if (gives_up_at_once) of->give_up();
  }
  void on_committed(const commit_result& result) override { commits.push_back(result); }
  void on_error(const std::string& what, bool fatal) override {
    errors.push_back(what);
    any_fatal = any_fatal || fatal;
  }

  consumer* of = nullptr;
  bool gives_up_at_once = true;
  std::function<void(const events::record&)> on_each;
  std::vector<events::record> records;
  std::map<topic_partition, int> records_of;
  std::set<topic_partition> held;
  std::vector<std::vector<assigned_partition>> assigned_calls;
  std::vector<std::vector<topic_partition>> revoked_calls;
  std::vector<commit_result> commits;
  std::vector<std::string> errors;
  bool any_fatal = false;
  bool last_lost = false;
};

/// What a consumer has told, for a test that fails.
inline std::string told(const remembering& seen) {
  std::string text = std::to_string(seen.held.size()) + " held, " + std::to_string(seen.assigned_calls.size()) + " times assigned, " +
                     std::to_string(seen.revoked_calls.size()) + " times revoked, " + std::to_string(seen.commits.size()) + " commits";
  for (const commit_result& result : seen.commits) text += "; commit: " + (result.error.empty() ? "good" : result.error);
  for (const std::string& error : seen.errors) text += "; error: " + error;
  return text + "\n";
}

/// A consumer that was started, with its memory.
struct member {
  member(test_loop& on, const std::string& topic, const properties& given) : made(*make_consumer(on.on(), given, {topic})) {
    seen.of = made.get();
    made->start(seen);
  }
  consumer* operator->() { return made.get(); }

  remembering seen;
  std::unique_ptr<consumer> made;
};

/// Writes a record of each value to a partition and waits until they are acknowledged.
inline bool write_values(test_loop& on, const std::string& topic, int partition, const std::vector<std::string>& values,
                         const properties& given) {
  auto producer = *make_producer(on.on(), given, nullptr);
  std::size_t acknowledged = 0;
  for (const std::string& value : values) {
    outgoing_record record{.topic = topic, .partition = partition, .key = std::nullopt, .value = value, .headers = {}};
    if (!producer->produce(record, [&acknowledged](const std::string& error) { acknowledged += error.empty(); }).empty()) return false;
  }
  return on.run_until([&] { return acknowledged == values.size(); });
}

/// Writes `count` records `prefix0`, `prefix1`, … to a partition and waits until they are acknowledged.
inline bool write(test_loop& on, const std::string& topic, int partition, int count, const std::string& prefix = "",
                  mock_cluster& to = cluster()) {
  std::vector<std::string> values;
  for (int number = 0; number < count; ++number) values.push_back(prefix + std::to_string(number));
  return write_values(on, topic, partition, values, properties_for("writer", to));
}

}  // namespace leadrelay::kafka
