#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kafka/failed_step.hpp"
#include "kafka/handles.hpp"
#include "kafka/mover.hpp"
#include "kafka/refusal.hpp"
#include "kafka/work_limit.hpp"

namespace leadrelay::kafka {

/// A producer of transactions, for one thread that may wait: librdkafka's calls for transactions block. A step that fails leaves the
/// transaction to `abort`. After it no other should be begun: librdkafka 2.0 may count the records that have failed as sequence numbers
/// that were skipped, and gives up the next transaction for it.
class transactional_client {
 public:
  /// `batches`: how records go to the broker. A topic's limit is for a batch, so that records that fit one by one may not together.
  enum class batches { large, of_one };
  static made<std::unique_ptr<transactional_client>> make(const properties& given, const std::string& transactional_id,
                                                          batches as = batches::large);
  ~transactional_client();
  transactional_client(const transactional_client&) = delete;
  transactional_client& operator=(const transactional_client&) = delete;

  rd_kafka_t* handle() const noexcept { return client_.get(); }

  /// Gets its producer id. Ends what an earlier client of the same transactional id left open (KIP-98): no later than this it is certain
  /// whether that one's transaction is committed. Gives up after `longest`, and as `told_to_stop` once `stop`
  /// is true.
  step_result init(const work_limit& limit, std::chrono::milliseconds longest, const std::atomic<bool>* stop = nullptr);
  step_result begin();
  /// Writes the records and waits until all are acknowledged. Sets their `next_offsets`.
  step_result write(const move& what, const work_limit& limit, std::vector<std::int64_t>& next_offsets);
  step_result send_offsets(const std::vector<offset_to_commit>& offsets, const rd_kafka_consumer_group_metadata_t& of,
                           const work_limit& limit);

  /// False where it is not certain that it has happened, nor that it has not.
  bool commit(const work_limit& limit);
  /// False where it has not succeeded within moments. What `commit` was not called for is never committed in either case.
  bool abort(const work_limit& limit);

  /// Whether another client has begun with the transactional id: nothing that this one does is committed any more.
  bool is_fenced() const;

  /// Takes events for that long at most: pauses between attempts are spent here.
  void serve(std::chrono::milliseconds longest);

 private:
  transactional_client(client_handle client, properties given);
  step_result give(const move& what, const moved_record& record, std::size_t index, const work_limit& limit);
  void take_reports(rd_kafka_event_t& event);
  failed_step cause_or(const failed_step& otherwise);
  failed_step failure(const rd_kafka_error_t& error) const;

  client_handle client_;
  properties given_;
  queue_handle events_;
  std::size_t unreported_ = 0;
  std::vector<std::int64_t>* offsets_ = nullptr;  ///< where reports go, while records are written
  step_result failed_record_;
  bool cause_known_ = false;  ///< `failed_record_` is no consequence of another one's failure
};

}  // namespace leadrelay::kafka
