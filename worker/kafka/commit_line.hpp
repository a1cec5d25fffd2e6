#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/loop.hpp"
#include "kafka/consumer.hpp"
#include "kafka/event_pump.hpp"

namespace leadrelay::kafka {

/// Sends commits one after another: the next one leaves when the one before is answered, because librdkafka's own retry of an earlier
/// commit could arrive after a later one and take the group's offsets back. Answers have a queue of their own, so that they do not
/// wait behind fetched records. One thread, its loop's.
class commit_line {
 public:
  /// `report` is called from the loop, in the order of `send`, never inside it.
  commit_line(loop& on, rd_kafka_t* client, std::function<void(const commit_result&)> report);
  ~commit_line();

  void send(std::vector<offset_to_commit> offsets);
  bool idle() const noexcept { return waiting_.empty(); }

  /// Reports all that is not answered as failed, at once.
  void fail_all(const std::string& why);
  void stop();

 private:
  void send_first();
  void on_event(rd_kafka_event_t& event);
  void finish_first(std::string error);
  void finish_first_later(std::string error);

  loop& on_;
  rd_kafka_t* client_;
  std::function<void(const commit_result&)> report_;
  std::deque<std::vector<offset_to_commit>> waiting_;  ///< the first one is under way
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  event_pump results_;
};

}  // namespace leadrelay::kafka
