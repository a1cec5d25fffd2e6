#include "support/kafka_writer.hpp"

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>

namespace leadrelay::integration {
namespace {

kafka_owned<rd_kafka_headers_t> make_headers(const kafka_record& record) {
  kafka_owned<rd_kafka_headers_t> headers(rd_kafka_headers_new(record.headers.size()));
  for (const auto& [name, value] : record.headers)
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value ? value->data() : nullptr,
                        value ? static_cast<ssize_t>(value->size()) : 0);
  return headers;
}

rd_kafka_vu_t argument(rd_kafka_vtype_t type) {
  rd_kafka_vu_t made{};
  made.vtype = type;
  return made;
}

rd_kafka_vu_t bytes_argument(rd_kafka_vtype_t type, const std::optional<std::string>& bytes) {
  rd_kafka_vu_t made = argument(type);
  if (bytes) made.u.mem = {const_cast<char*>(bytes->data()), bytes->size()};
  return made;
}

rd_kafka_resp_err_t produce(rd_kafka_t* producer, const std::string& topic, const kafka_record& record) {
  auto headers = make_headers(record);
  std::array given{argument(RD_KAFKA_VTYPE_TOPIC),
                   argument(RD_KAFKA_VTYPE_PARTITION),
                   bytes_argument(RD_KAFKA_VTYPE_VALUE, record.value),
                   bytes_argument(RD_KAFKA_VTYPE_KEY, record.key),
                   argument(RD_KAFKA_VTYPE_HEADERS),
                   argument(RD_KAFKA_VTYPE_MSGFLAGS)};
  given[0].u.cstr = topic.c_str();
  given[1].u.i32 = record.partition < 0 ? RD_KAFKA_PARTITION_UA : record.partition;
  given[4].u.headers = headers.get();
  given[5].u.i = RD_KAFKA_MSG_F_COPY;
  const std::unique_ptr<rd_kafka_error_t, void (*)(rd_kafka_error_t*)> error(rd_kafka_produceva(producer, given.data(), given.size()),
                                                                             rd_kafka_error_destroy);
  if (error) return rd_kafka_error_code(error.get());
  (void)headers.release();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

kafka_writer::kafka_writer(const std::string& bootstrap) {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : std::map<std::string, std::string>{{"bootstrap.servers", bootstrap},
                                                                      {"enable.idempotence", "true"},
                                                                      {"linger.ms", "5"},
                                                                      {"message.max.bytes", "10000000"},
                                                                      {"queue.buffering.max.messages", "200000"}})
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK)
      throw std::runtime_error(name + ": " + reason.data());
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_dr_msg_cb(conf, &kafka_writer::reported);
  producer_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size()));
  if (!producer_) throw std::runtime_error(std::string("rd_kafka_new: ") + reason.data());
}

void kafka_writer::reported(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<kafka_writer*>(self)->failure_ = rd_kafka_err2str(message->err);
}

void kafka_writer::write(const std::string& topic, const kafka_record& record) {
  rd_kafka_poll(producer_.get(), 0);
  for (;;) {
    const auto code = produce(producer_.get(), topic, record);
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) return expect_kafka(code, "write to " + topic);
    rd_kafka_poll(producer_.get(), 100);
  }
}

void kafka_writer::flush() {
  expect_kafka(rd_kafka_flush(producer_.get(), 60'000), "flush");
  if (!failure_.empty()) throw std::runtime_error("a record was not written: " + failure_);
}

}  // namespace leadrelay::integration
