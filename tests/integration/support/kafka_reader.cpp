#include "support/kafka_reader.hpp"

#include <algorithm>
#include <stdexcept>

#include "support/kafka_admin.hpp"
#include "support/kafka_handles.hpp"

namespace leadrelay::integration {
namespace {

std::optional<std::string> bytes(const void* from, std::size_t size) {
  if (!from) return std::nullopt;
  return std::string(static_cast<const char*>(from), size);
}

kafka_record copy(const rd_kafka_message_t& message) {
  kafka_record record{bytes(message.key, message.key_len), bytes(message.payload, message.len), {}, message.partition, message.offset};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    record.headers.emplace_back(name, bytes(value, size));
  return record;
}

kafka_owned<rd_kafka_t> make_consumer(const std::string& bootstrap, const std::string& topic, int partitions) {
  auto consumer = make_kafka(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap},
                                                 {"group.id", "leadrelay-test-reader"},
                                                 {"enable.auto.commit", "false"},
                                                 {"enable.partition.eof", "true"},
                                                 {"auto.offset.reset", "earliest"},
                                                 {"fetch.wait.max.ms", "20"}});
  const auto list = partition_list(topic, partitions);
  for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_poll_set_consumer(consumer.get());
  expect_kafka(rd_kafka_assign(consumer.get(), list.get()), "assign " + topic);
  return consumer;
}

}  // namespace

std::vector<kafka_record> read_topic(const std::string& bootstrap, const std::string& topic, std::chrono::milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  const std::vector<std::int64_t> ends = kafka_admin(bootstrap).end_offsets(topic);
  if (ends.empty()) throw std::runtime_error("there is no topic " + topic);
  const auto consumer = make_consumer(bootstrap, topic, static_cast<int>(ends.size()));
  std::vector<bool> read(ends.size(), false);
  std::vector<kafka_record> records;
  while (!std::all_of(read.begin(), read.end(), [](bool done) { return done; })) {
    if (std::chrono::steady_clock::now() >= deadline) throw std::runtime_error("reading " + topic + " took too long");
    const kafka_owned<rd_kafka_message_t> message(rd_kafka_consumer_poll(consumer.get(), 100));
    if (!message) continue;
    const auto partition = static_cast<std::size_t>(message->partition);
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      read[partition] = read[partition] || message->offset >= ends[partition];
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset < ends[partition]) {
      records.push_back(copy(*message));
    } else {
      expect_kafka(message->err, "read " + topic);
    }
  }
  std::ranges::sort(records, {}, [](const kafka_record& each) { return std::pair(each.partition, each.offset); });
  rd_kafka_consumer_close(consumer.get());
  return records;
}

}  // namespace leadrelay::integration
