#include "kafka/transactional_client.hpp"

#include <algorithm>
#include <array>

#include "kafka/client_configuration.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/produce_copy.hpp"
#include "kafka/teardown.hpp"

namespace leadrelay::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr duration time_to_end = std::chrono::seconds(2);
constexpr milliseconds one_call{500};  // a call that takes longer is resumed by the next
constexpr milliseconds between_calls{100};
constexpr milliseconds longest_offsets{5000};  // for this call, which cannot be resumed
constexpr milliseconds longest_abort{2000};
constexpr milliseconds longest_commit{30'000};

int count_of(milliseconds time) { return static_cast<int>(time.count()); }

/// librdkafka drops what is left of a transaction's records once one of them has failed; these are not the reason.
bool is_consequence(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

failed_step closing() { return {"the worker is closing"}; }

}  // namespace

made<std::unique_ptr<transactional_client>> transactional_client::make(const properties& given, const std::string& transactional_id,
                                                                       batches as) {
  auto configuration = make_configuration(given, role::mover);
  if (!configuration) return configuration.error();
  std::array<char, reason_bytes> reason{};
  if (as == batches::of_one) rd_kafka_conf_set(configuration->get(), "batch.num.messages", "1", reason.data(), reason.size());
  const auto set = rd_kafka_conf_set(configuration->get(), "transactional.id", transactional_id.c_str(), reason.data(), reason.size());
  if (set != RD_KAFKA_CONF_OK) return refusal{reason.data()};
  auto client = make_client(std::move(*configuration), role::mover, given);
  if (!client) return client.error();
  return std::unique_ptr<transactional_client>(new transactional_client(std::move(*client), given));
}

transactional_client::transactional_client(client_handle client, properties given)
    : client_(std::move(client)),
      given_(std::move(given)),
      events_(rd_kafka_queue_get_main(client_.get())) {
  rd_kafka_set_log_queue(client_.get(), events_.get());
}

transactional_client::~transactional_client() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  events_.reset();
  tear_down(std::move(client_), nullptr, time_to_end);
}

// --- Events ---------------------------------------------------------------------------------------------------------------------------

void transactional_client::serve(milliseconds longest) {
  for (auto wait = longest;; wait = milliseconds(0)) {
    const event_handle event(rd_kafka_queue_poll(events_.get(), count_of(wait)));
    if (!event) return;
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_DR) take_reports(*event);
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_LOG) write_log(*event, given_);
  }
}

void transactional_client::take_reports(rd_kafka_event_t& event) {
  while (const rd_kafka_message_t* const message = rd_kafka_event_message_next(&event)) {
    --unreported_;
    const auto* const index = static_cast<const std::int64_t*>(message->_private);
    if (!offsets_) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      (*offsets_)[static_cast<std::size_t>(index - offsets_->data())] = message->offset + 1;
    } else if (!failed_record_ || !cause_known_) {
      const std::string where = std::string(rd_kafka_topic_name(message->rkt)) + " [" + std::to_string(message->partition) + "]: ";
      failed_record_ = make_failure(message->err, where + rd_kafka_err2str(message->err), given_);
      cause_known_ = !is_consequence(message->err);
    }
  }
}

failed_step transactional_client::failure(const rd_kafka_error_t& error) const {
  return make_failure(rd_kafka_error_code(&error), rd_kafka_error_string(&error), given_);
}

// --- Steps ----------------------------------------------------------------------------------------------------------------------------

step_result transactional_client::init(const work_limit& limit, milliseconds longest, const std::atomic<bool>* stop) {
  const auto deadline = steady_clock::now() + longest;
  while (true) {
    const error_handle error(rd_kafka_init_transactions(client_.get(), count_of(one_call)));
    if (!error) return std::nullopt;
    if (stop && *stop) return failed_step{told_to_stop, false};
    const bool final = !rd_kafka_error_is_retriable(error.get()) || fails_again(rd_kafka_error_code(error.get()));
    if (final || limit.stopping() || steady_clock::now() >= deadline) return failure(*error);
    serve(between_calls);
  }
}

step_result transactional_client::begin() {
  const error_handle error(rd_kafka_begin_transaction(client_.get()));
  if (!error) return std::nullopt;
  return failure(*error);
}

step_result transactional_client::give(const move& what, const moved_record& record, std::size_t index, const work_limit& limit) {
  const outgoing_record outgoing{what.topics.at(record.topic).name, record.partition, record.key, record.value, record.headers};
  while (!limit.stopping()) {
    const error_handle error = produce_copy(client_.get(), outgoing, offsets_->data() + index);
    if (!error) {
      ++unreported_;
      return std::nullopt;
    }
    if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL) return failure(*error);
    serve(between_calls);
    if (failed_record_) return failed_record_;
  }
  return closing();
}

/// Every record is reported in the end, delivered or not: its time is the transaction's.
step_result transactional_client::write(const move& what, const work_limit& limit, std::vector<std::int64_t>& next_offsets) {
  next_offsets.assign(what.records.size(), -1);
  failed_record_.reset();
  cause_known_ = false;
  offsets_ = &next_offsets;
  step_result failed;
  for (std::size_t index = 0; index < what.records.size() && !failed; ++index) failed = give(what, what.records[index], index, limit);
  while (unreported_ > 0 && !failed && !cause_known_ && !limit.stopping()) serve(between_calls);
  offsets_ = nullptr;
  if (failed_record_ && cause_known_) return failed_record_;
  if (failed_record_ || failed) return cause_or(failed_record_ ? *failed_record_ : *failed);
  return unreported_ > 0 ? step_result(closing()) : std::nullopt;
}

/// Another `begin` inside a transaction does nothing but say what the transaction has failed of, or that there is one.
failed_step transactional_client::cause_or(const failed_step& otherwise) {
  const error_handle error(rd_kafka_begin_transaction(client_.get()));
  if (!error || rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__STATE) return otherwise;
  return failure(*error);
}

step_result transactional_client::send_offsets(const std::vector<offset_to_commit>& offsets, const rd_kafka_consumer_group_metadata_t& of,
                                               const work_limit& limit) {
  const partition_list_handle list = make_list(offsets);
  const auto deadline = steady_clock::now() + longest_offsets;
  while (true) {
    const error_handle error(rd_kafka_send_offsets_to_transaction(client_.get(), list.get(), &of, count_of(longest_offsets)));
    if (!error) return std::nullopt;
    if (!rd_kafka_error_is_retriable(error.get()) || limit.stopping() || steady_clock::now() >= deadline) return failure(*error);
    serve(between_calls);
  }
}

bool transactional_client::commit(const work_limit& limit) {
  const auto deadline = steady_clock::now() + longest_commit;
  while (true) {
    const error_handle error(rd_kafka_commit_transaction(client_.get(), count_of(one_call)));
    if (!error) return true;
    if (!rd_kafka_error_is_retriable(error.get()) || limit.over() || steady_clock::now() >= deadline) return false;
    serve(between_calls);
  }
}

bool transactional_client::is_fenced() const {
  std::array<char, reason_bytes> reason{};
  const auto fatal = rd_kafka_fatal_error(client_.get(), reason.data(), reason.size());
  return fatal == RD_KAFKA_RESP_ERR__FENCED || fatal == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         fatal == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

bool transactional_client::abort(const work_limit& limit) {
  const auto deadline = steady_clock::now() + longest_abort;
  while (true) {
    serve(milliseconds(0));
    // It waits for reports, which only come when events are taken.
    const error_handle error(rd_kafka_abort_transaction(client_.get(), count_of(unreported_ > 0 ? between_calls : one_call)));
    serve(milliseconds(0));
    if (!error) return unreported_ == 0;
    if (!rd_kafka_error_is_retriable(error.get()) || limit.over() || steady_clock::now() >= deadline) return false;
  }
}

}  // namespace leadrelay::kafka
