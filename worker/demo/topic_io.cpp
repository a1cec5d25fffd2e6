#include "demo/topic_io.hpp"

#include <array>
#include <chrono>
#include <stdexcept>

namespace leadrelay::demo {
namespace {

constexpr int patience_ms = 10'000;

kafka::client_handle make_client(rd_kafka_type_t type, std::initializer_list<std::pair<const char*, std::string>> properties) {
  kafka::configuration_handle configuration(rd_kafka_conf_new());
  std::array<char, kafka::reason_bytes> why{};
  for (const auto& [name, value] : properties)
    if (rd_kafka_conf_set(configuration.get(), name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
      throw std::logic_error(why.data());
  rd_kafka_conf_set_log_cb(configuration.get(), nullptr);  // what matters is an error, and those are returned
  kafka::client_handle client(rd_kafka_new(type, configuration.get(), why.data(), why.size()));
  if (!client) throw std::runtime_error(why.data());
  static_cast<void>(configuration.release());  // the client has taken it over
  return client;
}

std::string header(const rd_kafka_message_t& message, const char* name) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return {static_cast<const char*>(value), size};
}

}  // namespace

topic_writer::topic_writer(const std::string& bootstrap_servers, std::string topic)
    : topic_(std::move(topic)),
      client_(make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap_servers}, {"enable.idempotence", "true"}, {"linger.ms", "5"}})) {}

void topic_writer::write(const std::string& key, const std::optional<std::string>& value) {
  std::array<rd_kafka_vu_t, 4> given{};
  given[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  given[0].u.cstr = topic_.c_str();
  given[1].vtype = RD_KAFKA_VTYPE_KEY;
  given[1].u.mem = {const_cast<char*>(key.data()), key.size()};
  given[2].vtype = RD_KAFKA_VTYPE_VALUE;
  given[2].u.mem = {value ? const_cast<char*>(value->data()) : nullptr, value ? value->size() : 0};
  given[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  given[3].u.i = RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK;
  const kafka::error_handle error(rd_kafka_produceva(client_.get(), given.data(), given.size()));
  if (error) throw std::runtime_error(rd_kafka_error_string(error.get()));
  rd_kafka_poll(client_.get(), 0);
}

bool topic_writer::flush() { return rd_kafka_flush(client_.get(), patience_ms) == RD_KAFKA_RESP_ERR_NO_ERROR; }

std::vector<buried> read_dead_letters(const std::string& bootstrap_servers, const std::string& topic, int partitions, std::size_t count) {
  const kafka::client_handle client =
      make_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap_servers}, {"group.id", "demo-reader"}, {"enable.auto.commit", "false"}});
  rd_kafka_poll_set_consumer(client.get());
  const kafka::partition_list_handle all(rd_kafka_topic_partition_list_new(partitions));
  for (int partition = 0; partition < partitions; ++partition)
    rd_kafka_topic_partition_list_add(all.get(), topic.c_str(), partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(client.get(), all.get());
  std::vector<buried> out;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{patience_ms};
  while (out.size() < count && std::chrono::steady_clock::now() < deadline) {
    const std::unique_ptr<rd_kafka_message_t, kafka::destroys<rd_kafka_message_destroy>> message(rd_kafka_consumer_poll(client.get(), 100));
    if (!message || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    out.push_back({header(*message, "leadrelay.reason"), header(*message, "leadrelay.account"), header(*message, "leadrelay.detail")});
  }
  rd_kafka_consumer_close(client.get());
  return out;
}

}  // namespace leadrelay::demo
