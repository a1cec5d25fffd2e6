#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <librdkafka/rdkafka.h>

namespace leadrelay::benchmarks {

/// Ends the program with what is wrong on its standard error.
[[noreturn]] void fail(const std::string& what, const std::string& why);

/// Makes topics and fills them, on a broker of the benchmark's own; whatever fails ends the program.
class topic_loader {
 public:
  /// Called within `write` and `flush` with each event that the broker has acknowledged; its timestamp is when it was appended.
  using acknowledged = void (*)(const rd_kafka_message_t&);

  /// `linger_ms`: librdkafka's `linger.ms`, its own default where it is null.
  explicit topic_loader(const char* brokers, const char* linger_ms = nullptr, acknowledged tell = nullptr);
  ~topic_loader();
  topic_loader(const topic_loader&) = delete;
  topic_loader& operator=(const topic_loader&) = delete;

  /// Of each event it says when the broker has appended it. One that is there already is taken as it is.
  void make_topic(const char* topic, int partitions);
  /// Without a partition, the key's. Takes over `headers`, which may be none.
  void write(const char* topic, std::optional<int> partition, std::string_view key, std::string_view value,
             rd_kafka_headers_t* headers = nullptr);
  /// Waits until all is acknowledged.
  void flush();

 private:
  acknowledged tell_;
  rd_kafka_t* client_;
};

}  // namespace leadrelay::benchmarks
