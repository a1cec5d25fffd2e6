#include "kafka/blocking_reader.hpp"

#include "kafka/client_configuration.hpp"
#include "kafka/teardown.hpp"

namespace leadrelay::kafka {
namespace {

constexpr int poll_ms = 100;
constexpr duration time_to_end = std::chrono::seconds(1);

}  // namespace

std::optional<blocking_reader> blocking_reader::make(const partition_list_handle& from, const properties& given) {
  auto configuration = make_configuration(given, role::reader);
  if (!configuration) return std::nullopt;
  auto client = make_client(std::move(*configuration), role::reader, given);
  if (!client) return std::nullopt;
  rd_kafka_poll_set_consumer(client->get());
  rd_kafka_assign(client->get(), from.get());
  return blocking_reader(std::move(*client));
}

blocking_reader::blocking_reader(client_handle client) : client_(std::move(client)), events_(rd_kafka_queue_get_consumer(client_.get())) {}

blocking_reader::~blocking_reader() {
  if (!client_) return;
  events_.reset();
  tear_down(std::move(client_), [](rd_kafka_t* reader) { rd_kafka_assign(reader, nullptr); }, time_to_end);
}

event_handle blocking_reader::next() const { return event_handle(rd_kafka_queue_poll(events_.get(), poll_ms)); }

}  // namespace leadrelay::kafka
