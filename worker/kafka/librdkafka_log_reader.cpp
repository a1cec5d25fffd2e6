#include "kafka/librdkafka_log_reader.hpp"

#include <boost/asio/post.hpp>

#include "kafka/client_configuration.hpp"
#include "kafka/fetching.hpp"
#include "kafka/message.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/teardown.hpp"
#include "kafka/trouble.hpp"

namespace leadrelay::kafka {
namespace {

constexpr duration time_to_end = std::chrono::milliseconds(1500);

partition_list_handle make_list(const std::vector<read_position>& positions) {
  std::vector<offset_to_commit> offsets;
  for (const read_position& position : positions) offsets.push_back({position.partition, position.next, {}});
  return kafka::make_list(offsets);
}

}  // namespace

librdkafka_log_reader::librdkafka_log_reader(loop& on, properties given) : loop_(on), given_(std::move(given)) {}

librdkafka_log_reader::~librdkafka_log_reader() { end(time_to_end); }

void librdkafka_log_reader::start(log_reader_events& to) { events_ = &to; }

void librdkafka_log_reader::make_client() {
  auto configuration = make_configuration(given_, role::reader);
  if (!configuration) return tell_later(configuration.error().what, true);
  auto made = kafka::make_client(std::move(*configuration), role::reader, given_);
  if (!made) return tell_later(made.error().what, true);
  client_ = std::move(*made);
  rd_kafka_poll_set_consumer(client_.get());
  pump_.emplace(loop_, queue_handle(rd_kafka_queue_get_consumer(client_.get())), [this](rd_kafka_event_t& event) { on_event(event); });
  rd_kafka_set_log_queue(client_.get(), pump_->queue());
}

// --- Commands -------------------------------------------------------------------------------------------------------------------------

void librdkafka_log_reader::read(const std::vector<read_position>& partitions) {
  std::vector<read_position> fresh = partitions;
  std::erase_if(fresh, [this](const read_position& position) { return read_.contains(position.partition); });
  if (fresh.empty() || closed_) return;
  if (!client_) make_client();
  if (!client_) return;
  std::vector<topic_partition> added;
  for (const read_position& position : fresh) added.push_back(position.partition);
  resume_fetching(client_.get(), given_, paused_, added);
  const std::string error = text_of(error_handle(rd_kafka_incremental_assign(client_.get(), make_list(fresh).get())));
  if (!error.empty()) return tell_later(make_trouble(RD_KAFKA_RESP_ERR__FAIL, "assign: " + error, given_).what, false);
  read_.add(added);
}

void librdkafka_log_reader::leave(const std::vector<topic_partition>& partitions) {
  std::vector<topic_partition> left = partitions;
  std::erase_if(left, [this](const topic_partition& partition) { return !read_.contains(partition); });
  if (left.empty() || !client_) return;
  read_.remove(left);
  const std::string error = text_of(error_handle(rd_kafka_incremental_unassign(client_.get(), kafka::make_list(left).get())));
  if (!error.empty()) tell_later(make_trouble(RD_KAFKA_RESP_ERR__FAIL, "unassign: " + error, given_).what, false);
}

void librdkafka_log_reader::pause(const std::vector<topic_partition>& partitions) {
  std::vector<topic_partition> running = partitions;
  std::erase_if(running, [this](const topic_partition& p) { return !read_.contains(p) || !paused_.insert(p).second; });
  if (!running.empty() && client_) rd_kafka_pause_partitions(client_.get(), kafka::make_list(running).get());
}

void librdkafka_log_reader::resume(const std::vector<topic_partition>& partitions) {
  std::vector<topic_partition> held = partitions;
  std::erase_if(held, [this](const topic_partition& partition) { return !read_.contains(partition); });
  if (client_) resume_fetching(client_.get(), given_, paused_, held);
}

// --- Events ---------------------------------------------------------------------------------------------------------------------------

void librdkafka_log_reader::on_event(rd_kafka_event_t& event) {
  switch (rd_kafka_event_type(&event)) {
    case RD_KAFKA_EVENT_FETCH: on_message(event); break;
    case RD_KAFKA_EVENT_ERROR: on_error(event); break;
    case RD_KAFKA_EVENT_LOG: write_log(event, given_); break;
    default: break;
  }
}

void librdkafka_log_reader::on_message(rd_kafka_event_t& event) {
  const rd_kafka_message_t* const message = rd_kafka_event_message_next(&event);
  if (!message || !events_ || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  auto topic = read_.topic_if_held(rd_kafka_topic_name(message->rkt), message->partition);
  if (topic) events_->on_read(copy_message(*message, std::move(topic)));
}

void librdkafka_log_reader::on_error(rd_kafka_event_t& event) {
  if (!events_) return;
  const topic_partition_handle of(rd_kafka_event_topic_partition(&event));
  if (rd_kafka_event_error(&event) == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    const topic_partition partition = of ? topic_partition{of->topic, of->partition} : topic_partition{};
    if (read_.contains(partition)) events_->on_end_of_log(partition, of->offset);
    return;
  }
  const trouble found = trouble_of(client_.get(), event, given_);
  events_->on_read_error(found.what, found.fatal);
}

void librdkafka_log_reader::tell_later(std::string what, bool fatal) {
  boost::asio::post(loop_.executor(), [this, alive = std::weak_ptr(alive_), what = std::move(what), fatal] {
    if (!alive.expired() && events_) events_->on_read_error(what, fatal);
  });
}

// --- The end --------------------------------------------------------------------------------------------------------------------------

void librdkafka_log_reader::close(duration grace) { end(grace); }

void librdkafka_log_reader::end(duration limit) {
  closed_ = true;
  events_ = nullptr;
  pump_.reset();
  if (!client_) return;
  tear_down(std::move(client_), [](rd_kafka_t* client) { rd_kafka_assign(client, nullptr); }, limit);
}

made<std::unique_ptr<log_reader>> make_log_reader(loop& on, const properties& given) {
  const auto configuration = make_configuration(given, role::reader);
  if (!configuration) return configuration.error();
  return std::unique_ptr<log_reader>(std::make_unique<librdkafka_log_reader>(on, given));
}

}  // namespace leadrelay::kafka
