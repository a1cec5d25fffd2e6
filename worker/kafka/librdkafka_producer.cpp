#include "kafka/librdkafka_producer.hpp"

#include "kafka/produce_copy.hpp"
#include "kafka/teardown.hpp"
#include "kafka/trouble.hpp"

namespace leadrelay::kafka {
namespace {

constexpr duration time_to_end = std::chrono::seconds(2);

}  // namespace

librdkafka_producer::librdkafka_producer(loop& on, client_handle client, properties given, producer_trouble tell)
    : loop_(on),
      client_(std::move(client)),
      given_(std::move(given)),
      tell_(std::move(tell)),
      reported_(on.executor()) {
  pump_.emplace(loop_, queue_handle(rd_kafka_queue_get_main(client_.get())), [this](rd_kafka_event_t& event) { on_event(event); });
  rd_kafka_set_log_queue(client_.get(), pump_->queue());
}

librdkafka_producer::~librdkafka_producer() {
  tell_ = nullptr;
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  // A purge is reported by librdkafka's threads, within moments.
  const auto deadline = std::chrono::steady_clock::now() + time_to_end;
  while (unreported_ > 0 && std::chrono::steady_clock::now() < deadline) {
    const event_handle event(rd_kafka_queue_poll(pump_->queue(), 10));
    if (event) on_event(*event);
  }
  pump_.reset();
  tear_down(std::move(client_), nullptr, time_to_end);
}

std::string librdkafka_producer::produce(const outgoing_record& record, delivery_report report) {
  auto kept = std::make_unique<delivery_report>(std::move(report));
  const error_handle error = produce_copy(client_.get(), record, kept.get());
  if (error && rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__QUEUE_FULL) return "queue full";
  if (error) return make_trouble(rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()), given_).what;
  static_cast<void>(kept.release());  // comes back with the delivery report
  ++unreported_;
  return {};
}

void librdkafka_producer::on_event(rd_kafka_event_t& event) {
  switch (rd_kafka_event_type(&event)) {
    case RD_KAFKA_EVENT_DR: on_reports(event); break;
    case RD_KAFKA_EVENT_LOG: write_log(event, given_); break;
    case RD_KAFKA_EVENT_ERROR: {
      const trouble found = trouble_of(client_.get(), event, given_);
      if (tell_) tell_(found.what, found.fatal);
      break;
    }
    default: break;
  }
}

void librdkafka_producer::on_reports(rd_kafka_event_t& event) {
  while (const rd_kafka_message_t* const message = rd_kafka_event_message_next(&event)) {
    const std::unique_ptr<delivery_report> report(static_cast<delivery_report*>(message->_private));
    --unreported_;
    const bool failed = message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (report && *report) (*report)(failed ? make_trouble(message->err, rd_kafka_err2str(message->err), given_).what : std::string());
  }
  reported_.notify();
}

task<void> librdkafka_producer::flush(duration grace) {
  const time_point deadline = loop_.now() + grace;
  while (unreported_ > 0 && loop_.now() < deadline) co_await loop_.wait_until(reported_, deadline);
}

made<std::unique_ptr<producer>> make_producer(loop& on, const properties& given, producer_trouble tell) {
  auto configuration = make_configuration(given, role::producer);
  if (!configuration) return configuration.error();
  auto client = make_client(std::move(*configuration), role::producer, given);
  if (!client) return client.error();
  return std::unique_ptr<producer>(std::make_unique<librdkafka_producer>(on, std::move(*client), given, std::move(tell)));
}

}  // namespace leadrelay::kafka
