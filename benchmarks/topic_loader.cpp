#include "topic_loader.hpp"

#include <cstdio>
#include <cstdlib>

namespace leadrelay::benchmarks {

void fail(const std::string& what, const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), why.c_str());
  std::exit(1);
}

topic_loader::topic_loader(const char* brokers, const char* linger_ms, acknowledged tell) : tell_(tell) {
  char why[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why) != RD_KAFKA_CONF_OK) fail("brokers", why);
  if (linger_ms && rd_kafka_conf_set(conf, "linger.ms", linger_ms, why, sizeof why) != RD_KAFKA_CONF_OK) fail("linger", why);
  if (tell_) {
    rd_kafka_conf_set_opaque(conf, this);
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void* loader) {
      if (!message->err) static_cast<topic_loader*>(loader)->tell_(*message);
    });
  }
  client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (!client_) fail("client", why);
}

topic_loader::~topic_loader() { rd_kafka_destroy(client_); }

void topic_loader::make_topic(const char* topic, int partitions) {
  char why[512];
  rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic, partitions, 1, why, sizeof why);
  if (!wanted) fail("topic", why);
  rd_kafka_NewTopic_set_config(wanted, "message.timestamp.type", "LogAppendTime");
  rd_kafka_queue_t* const queue = rd_kafka_queue_new(client_);
  rd_kafka_CreateTopics(client_, &wanted, 1, nullptr, queue);
  rd_kafka_event_t* const event = rd_kafka_queue_poll(queue, 30'000);
  if (!event || rd_kafka_event_error(event)) fail("topic", event ? rd_kafka_event_error_string(event) : "no answer");
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(wanted);
}

void topic_loader::write(const char* topic, std::optional<int> partition, std::string_view key, std::string_view value,
                         rd_kafka_headers_t* headers) {
  if (!headers) headers = rd_kafka_headers_new(1);
  rd_kafka_resp_err_t error{};
  do {
    error = rd_kafka_producev(client_, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition.value_or(RD_KAFKA_PARTITION_UA)),
                              RD_KAFKA_V_KEY(key.data(), key.size()), RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    rd_kafka_poll(client_, error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
  } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
  if (error) fail("write", rd_kafka_err2str(error));
}

void topic_loader::flush() {
  if (rd_kafka_flush(client_, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("write", "not all was acknowledged within a minute");
}

}  // namespace leadrelay::benchmarks
