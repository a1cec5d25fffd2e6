#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/loop.hpp"
#include "kafka/producer.hpp"

namespace leadrelay::sink {

using namespace std::chrono_literals;

/// A loop whose time is the test's.
class still_loop final : public loop {
 public:
  explicit still_loop(boost::asio::io_context& context) : loop(context) {}
  time_point now() const override { return now_; }
  wall_time wall_now() const override { return {}; }

  void advance(duration time) {
    now_ += time;
    timers().expire(now_);
    context().restart();
    context().poll();
  }

 private:
  time_point now_{};
};

/// A record as the producer copied it.
struct taken_record {
  std::string topic;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<kafka::produced_header> headers;
  kafka::delivery_report report;
};

/// Takes records unless told to refuse; the test reports them.
class fake_producer final : public kafka::producer {
 public:
  std::string produce(const kafka::outgoing_record& record, kafka::delivery_report report) override {
    ++asked;
    if (!refusal.empty()) return refusal;
    const auto copy = [](std::optional<std::string_view> bytes) { return bytes ? std::optional(std::string(*bytes)) : std::nullopt; };
    taken.push_back({std::string(record.topic), copy(record.key), copy(record.value), record.headers, std::move(report)});
    return {};
  }
  task<void> flush(duration) override { co_return; }

  /// Reports the first record that is not reported yet.
  void report_first(const std::string& error) {
    const auto report = std::move(taken.front().report);
    taken.pop_front();
    report(error);
  }

  std::string refusal;
  std::deque<taken_record> taken;
  int asked = 0;
};

}  // namespace leadrelay::sink
