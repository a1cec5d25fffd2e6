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
  explicit topic_loader(const char* brokers);
  ~topic_loader();
  topic_loader(const topic_loader&) = delete;
  topic_loader& operator=(const topic_loader&) = delete;

  void make_topic(const char* topic, int partitions);
  /// Without a partition, the key's. Takes over `headers`, which may be none.
  void write(const char* topic, std::optional<int> partition, std::string_view key, std::string_view value,
             rd_kafka_headers_t* headers = nullptr);
  /// Waits until all is acknowledged.
  void flush();

 private:
  rd_kafka_t* client_;
};

}  // namespace leadrelay::benchmarks
