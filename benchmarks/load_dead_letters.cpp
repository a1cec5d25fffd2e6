// Makes a topic of lead changes and one of dead letters of all of them, an Orwel account's, and fills both:
// load_dead_letters BROKERS TOPIC DEAD_TOPIC PARTITIONS LETTERS
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <librdkafka/rdkafka.h>

namespace {

[[noreturn]] void fail(const char* what, const char* why) {
  std::fprintf(stderr, "load_dead_letters: %s: %s\n", what, why);
  std::exit(1);
}

void make_topic(rd_kafka_t* client, const char* topic, int partitions) {
  char why[512];
  rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic, partitions, 1, why, sizeof why);
  if (!wanted) fail("topic", why);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &wanted, 1, nullptr, queue);
  rd_kafka_event_t* const event = rd_kafka_queue_poll(queue, 30'000);
  if (!event || rd_kafka_event_error(event)) fail("topic", event ? rd_kafka_event_error_string(event) : "no answer");
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(wanted);
}

struct change {
  std::string key;
  std::string value;
  int partition = 0;
  long offset = 0;
};

change make_change(long number, int partitions) {
  char lead[64];
  std::snprintf(lead, sizeof lead, "550e8400-e29b-41d4-a716-%012ld", number);
  change out{lead, R"({"id":"bench-)" + std::to_string(number) + R"(","account":"bench-0","lead":{"id":")" + lead, 0, 0};
  out.value += R"("},"changes":{"properties":{"status":"qualified","text":"as much as people in sales write down after a call"}}})";
  out.partition = static_cast<int>(number % partitions);
  out.offset = number / partitions;
  return out;
}

rd_kafka_headers_t* make_headers(const change& of, const char* topic, long number) {
  const std::array<std::pair<const char*, std::string>, 8> all{{{"leadrelay.reason", number % 3 ? "rejected" : "retries_exhausted"},
                                                                {"leadrelay.detail", "HTTP 422 VALIDATION: a field is not as it has to be"},
                                                                {"leadrelay.account", "bench-0"},
                                                                {"leadrelay.provider", "orwel"},
                                                                {"leadrelay.topic", topic},
                                                                {"leadrelay.partition", std::to_string(of.partition)},
                                                                {"leadrelay.offset", std::to_string(of.offset)},
                                                                {"leadrelay.response", R"({"error":{"code":"VALIDATION"}})"}}};
  rd_kafka_headers_t* const out = rd_kafka_headers_new(all.size());
  for (const auto& [name, value] : all) rd_kafka_header_add(out, name, -1, value.data(), static_cast<ssize_t>(value.size()));
  return out;
}

void write_record(rd_kafka_t* client, const char* topic, const change& what, rd_kafka_headers_t* headers) {
  rd_kafka_resp_err_t error{};
  do {
    error = rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(what.partition),
                              RD_KAFKA_V_KEY(what.key.data(), what.key.size()),
                              RD_KAFKA_V_VALUE(const_cast<char*>(what.value.data()), what.value.size()),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    rd_kafka_poll(client, error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
  } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
  if (error) fail("write", rd_kafka_err2str(error));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) fail("usage", "load_dead_letters BROKERS TOPIC DEAD_TOPIC PARTITIONS LETTERS");
  char why[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why, sizeof why) != RD_KAFKA_CONF_OK) fail("brokers", why);
  rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (!client) fail("client", why);
  const int partitions = std::atoi(argv[4]);
  make_topic(client, argv[2], partitions);
  make_topic(client, argv[3], partitions);
  for (long number = 0, letters = std::atol(argv[5]); number < letters; ++number) {
    const change what = make_change(number, partitions);
    write_record(client, argv[2], what, rd_kafka_headers_new(1));
    write_record(client, argv[3], what, make_headers(what, argv[2], number));
  }
  if (rd_kafka_flush(client, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("write", "not all was acknowledged within a minute");
  rd_kafka_destroy(client);
  return 0;
}
