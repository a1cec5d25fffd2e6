// The yardstick of reading: librdkafka alone, one partition list, batches. Prints the events it read for each CPU-second.
//   bare_consumer BROKERS TOPIC PARTITIONS EVENTS
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

namespace {

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  char why[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why, sizeof why);
  rd_kafka_conf_set(conf, "group.id", "bare", why, sizeof why);
  rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
  if (!client) return 1;
  rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(8);
  for (int partition = 0; partition < std::atoi(argv[3]); ++partition)
    rd_kafka_topic_partition_list_add(list, argv[2], partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(client, list);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_queue_t* const queue = rd_kafka_queue_get_consumer(client);
  const long wanted = std::atol(argv[4]);
  std::vector<rd_kafka_message_t*> batch(1000);
  long read = 0;
  for (int idle = 0; read < wanted && idle < 30;) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue, 1000, batch.data(), batch.size());
    idle = count == 0 ? idle + 1 : 0;
    for (ssize_t index = 0; index < count; ++index) {
      if (batch[static_cast<std::size_t>(index)]->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++read;
      rd_kafka_message_destroy(batch[static_cast<std::size_t>(index)]);
    }
  }
  std::printf("{\"events\":%ld,\"cpu_s\":%.3f}\n", read, cpu_seconds());
  rd_kafka_queue_destroy(queue);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
  return read >= wanted ? 0 : 1;
}
