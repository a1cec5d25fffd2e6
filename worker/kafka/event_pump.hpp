#pragma once

#include <functional>
#include <memory>

#include "base/loop.hpp"
#include "kafka/handles.hpp"

namespace leadrelay::kafka {

/// Brings the events of one librdkafka queue to a loop. librdkafka wakes it through an eventfd when the queue stops being empty; it
/// then takes events until there are none, in bursts, so that others of the loop have their turn. A timer polls besides, because
/// librdkafka takes a consumer that does not poll for dead (`max.poll.interval.ms`) even if there is nothing to poll. One thread.
class event_pump {
 public:
  using handler = std::function<void(rd_kafka_event_t&)>;

  /// Takes events from now on; `handle` is called from the loop, never inside this call.
  event_pump(loop& on, queue_handle queue, handler handle);
  ~event_pump();
  event_pump(const event_pump&) = delete;
  event_pump& operator=(const event_pump&) = delete;

  rd_kafka_queue_t* queue() const noexcept;

  /// Takes what is there now, at most one burst, without waiting for the loop.
  void take_now();

  /// While it rests it takes nothing.
  void rest(bool rests);

  /// No call of the handler after it; gives the queue back. May be called by the handler.
  void stop();

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace leadrelay::kafka
