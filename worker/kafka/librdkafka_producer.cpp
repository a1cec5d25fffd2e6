#include "kafka/librdkafka_producer.hpp"

#include <algorithm>
#include <vector>

#include "base/log.hpp"
#include "kafka/teardown.hpp"
#include "kafka/trouble.hpp"

namespace leadrelay::kafka {
namespace {

constexpr duration time_to_end = std::chrono::seconds(2);

/// librdkafka takes a null pointer for absent bytes; empty ones need a pointer that is none.
void* pointer(std::string_view bytes) {
  static char nothing = 0;
  return bytes.empty() ? &nothing : const_cast<char*>(bytes.data());
}

headers_handle make_headers(const std::vector<produced_header>& from) {
  if (from.empty()) return nullptr;
  headers_handle headers(rd_kafka_headers_new(from.size()));
  for (const produced_header& header : from) {
    const void* const value = header.value ? pointer(*header.value) : nullptr;
    const auto size = static_cast<ssize_t>(header.value.value_or("").size());
    rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()), value, size);
  }
  return headers;
}

rd_kafka_vu_t argument(rd_kafka_vtype_t type) {
  rd_kafka_vu_t made{};
  made.vtype = type;
  return made;
}

rd_kafka_vu_t bytes_argument(rd_kafka_vtype_t type, std::optional<std::string_view> bytes) {
  rd_kafka_vu_t made = argument(type);
  made.u.mem.ptr = bytes ? pointer(*bytes) : nullptr;
  made.u.mem.size = bytes.value_or("").size();
  return made;
}

/// What `rd_kafka_produceva` takes. Points into the record, `topic` and `headers`.
std::vector<rd_kafka_vu_t> arguments(const outgoing_record& record, const std::string& topic, rd_kafka_headers_t* headers, void* opaque) {
  std::vector<rd_kafka_vu_t> all;
  all.reserve(7);
  all.push_back(argument(RD_KAFKA_VTYPE_TOPIC));
  all.back().u.cstr = topic.c_str();
  all.push_back(argument(RD_KAFKA_VTYPE_MSGFLAGS));
  all.back().u.i = RD_KAFKA_MSG_F_COPY;
  all.push_back(argument(RD_KAFKA_VTYPE_PARTITION));
  all.back().u.i32 = record.partition.value_or(RD_KAFKA_PARTITION_UA);
  all.push_back(bytes_argument(RD_KAFKA_VTYPE_KEY, record.key));
  all.push_back(bytes_argument(RD_KAFKA_VTYPE_VALUE, record.value));
  all.push_back(argument(RD_KAFKA_VTYPE_OPAQUE));
  all.back().u.ptr = opaque;
  if (headers) {
    all.push_back(argument(RD_KAFKA_VTYPE_HEADERS));
    all.back().u.headers = headers;
  }
  return all;
}

}  // namespace

librdkafka_producer::librdkafka_producer(loop& on, client_handle client, properties given, producer_trouble tell)
    : loop_(on), client_(std::move(client)), given_(std::move(given)), tell_(std::move(tell)), reported_(on.executor()) {
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
  const std::string topic(record.topic);
  headers_handle headers = make_headers(record.headers);
  auto kept = std::make_unique<delivery_report>(std::move(report));
  const auto given = arguments(record, topic, headers.get(), kept.get());
  const error_handle error(rd_kafka_produceva(client_.get(), given.data(), given.size()));
  if (error && rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__QUEUE_FULL) return "queue full";
  if (error) return make_trouble(rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()), given_).what;
  static_cast<void>(headers.release());  // librdkafka's now
  static_cast<void>(kept.release());     // comes back with the delivery report
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
