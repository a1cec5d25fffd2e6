#include "kafka/commit_line.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

#include "kafka/partition_list.hpp"

namespace leadrelay::kafka {
namespace {

/// librdkafka takes metadata as a C string.
bool can_be_said(const std::vector<offset_to_commit>& offsets) {
  return std::ranges::all_of(offsets, [](const offset_to_commit& o) { return o.metadata.find('\0') == std::string::npos; });
}

std::string error_of(rd_kafka_event_t& event) {
  const rd_kafka_resp_err_t error = rd_kafka_event_error(&event);
  std::string of_partitions = errors_of(rd_kafka_event_topic_partition_list(&event));
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return of_partitions;
  return of_partitions.empty() ? rd_kafka_err2str(error) : std::string(rd_kafka_err2str(error)) + ": " + of_partitions;
}

}  // namespace

commit_line::commit_line(loop& on, rd_kafka_t* client, std::function<void(const commit_result&)> report)
    : on_(on), client_(client), report_(std::move(report)),
      results_(on, queue_handle(rd_kafka_queue_new(client)), [this](rd_kafka_event_t& event) { on_event(event); }) {}

commit_line::~commit_line() { stop(); }

void commit_line::send(std::vector<offset_to_commit> offsets) {
  waiting_.push_back(std::move(offsets));
  if (waiting_.size() == 1) send_first();
}

void commit_line::send_first() {
  const auto& offsets = waiting_.front();
  if (offsets.empty()) return finish_first_later("");
  if (!can_be_said(offsets)) return finish_first_later("the metadata holds a NUL");
  const partition_list_handle list = make_list(offsets);
  const rd_kafka_resp_err_t error = rd_kafka_commit_queue(client_, list.get(), results_.queue(), nullptr, this);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) finish_first_later(rd_kafka_err2str(error));
}

void commit_line::on_event(rd_kafka_event_t& event) {
  if (rd_kafka_event_type(&event) == RD_KAFKA_EVENT_OFFSET_COMMIT && !waiting_.empty()) finish_first(error_of(event));
}

/// The next one leaves before the result is told, so that the line does not stand still meanwhile.
void commit_line::finish_first(std::string error) {
  const commit_result result{std::move(waiting_.front()), std::move(error)};
  waiting_.pop_front();
  if (!waiting_.empty()) send_first();
  report_(result);
}

void commit_line::finish_first_later(std::string error) {
  boost::asio::post(on_.executor(), [this, alive = std::weak_ptr(alive_), error = std::move(error)]() mutable {
    if (!alive.expired() && !waiting_.empty()) finish_first(std::move(error));
  });
}

void commit_line::fail_all(const std::string& why) {
  for (auto unanswered = std::exchange(waiting_, {}); auto& offsets : unanswered) report_({std::move(offsets), why});
}

void commit_line::stop() {
  alive_.reset();
  results_.stop();
}

}  // namespace leadrelay::kafka
