#include "kafka/teardown.hpp"

#include <future>
#include <thread>

#include "base/log.hpp"

namespace leadrelay::kafka {

void tear_down(client_handle client, std::function<void(rd_kafka_t*)> before, duration limit) {
  if (!client) return;
  std::promise<void> promise;
  auto destroyed = promise.get_future();
  std::thread thread([client = client.release(), before = std::move(before), promise = std::move(promise)]() mutable {
    if (before) before(client);
    before = nullptr;
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    promise.set_value();
  });
  if (destroyed.wait_for(limit) == std::future_status::ready) return thread.join();
  log::warning("a Kafka client does not end in time; left to end by itself");
  thread.detach();
}

}  // namespace leadrelay::kafka
