// Makes a topic and fills it with lead changes of Orwel accounts, to which the leads belong in turn:
// load_topic BROKERS TOPIC PARTITIONS EVENTS LEADS ACCOUNTS native|changes [PER_SECOND]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <librdkafka/rdkafka.h>

namespace {

[[noreturn]] void fail(const char* what, const char* why) {
  std::fprintf(stderr, "load_topic: %s: %s\n", what, why);
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

void write_event(rd_kafka_t* client, const char* topic, long number, long leads, long accounts, const char* part) {
  char lead[64];
  const int lead_size = std::snprintf(lead, sizeof lead, "550e8400-e29b-41d4-a716-%012ld", number % leads);
  char value[512];
  const int size = std::snprintf(value, sizeof value,
                                 R"({"id":"bench-%ld","account":"bench-%ld","occurred_at":"2026-11-21T10:00:00Z","lead":{"id":"%s"},)"
                                 R"("%s":{"properties":{"status":"qualified","score":90,"seq":%ld,)"
                                 R"("text":"as much as people in sales write down after a call, about eighty characters"}}})",
                                 number, number % leads % accounts, lead, part, number / leads + 1);
  rd_kafka_resp_err_t error{};
  do {
    error = rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(lead, static_cast<std::size_t>(lead_size)),
                              RD_KAFKA_V_VALUE(value, static_cast<std::size_t>(size)), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    rd_kafka_poll(client, error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
  } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
  if (error) fail("write", rd_kafka_err2str(error));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8 && argc != 9) fail("usage", "load_topic BROKERS TOPIC PARTITIONS EVENTS LEADS ACCOUNTS native|changes [PER_SECOND]");
  char why[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why, sizeof why) != RD_KAFKA_CONF_OK) fail("brokers", why);
  rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (!client) fail("client", why);
  make_topic(client, argv[2], std::atoi(argv[3]));
  const long events = std::atol(argv[4]);
  const double interval_s = argc == 9 ? 1 / std::atof(argv[8]) : 0;
  auto began = std::chrono::steady_clock::now();
  for (long number = 0; number < events; ++number) {
    if (number == 1 && interval_s > 0) {  // the first also waits for the connection, which is none of the events' time
      rd_kafka_flush(client, 60'000);
      began = std::chrono::steady_clock::now();
    }
    const std::chrono::duration<double> due(static_cast<double>(number) * interval_s);
    std::this_thread::sleep_until(began + std::chrono::duration_cast<std::chrono::nanoseconds>(due));
    write_event(client, argv[2], number, std::atol(argv[5]), std::atol(argv[6]), argv[7]);
  }
  if (rd_kafka_flush(client, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("write", "not all was acknowledged within a minute");
  rd_kafka_destroy(client);
  return 0;
}
