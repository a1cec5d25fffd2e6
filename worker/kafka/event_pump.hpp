#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/loop.hpp"
#include "kafka/handles.hpp"

namespace leadrelay::kafka {

/// Brings the events of librdkafka's queues to a loop. librdkafka wakes it through a pipe when a queue stops being empty; it then takes
/// events, a few of each queue in turn, until there are none, in bursts, so that others of the loop have their turn. A timer polls besides,
/// because librdkafka takes a consumer that does not poll for dead (`max.poll.interval.ms`) even if there is nothing to poll. One thread.
class event_pump {
 public:
  using handler = std::function<void(rd_kafka_event_t&)>;
  using queue_id = std::uint32_t;

  /// Takes events from now on; `handle` is called from the loop, never inside this call.
  event_pump(loop& on, queue_handle queue, handler handle);
  /// The same of no queue yet.
  event_pump(loop& on, handler handle);
  ~event_pump();
  event_pump(const event_pump&) = delete;
  event_pump& operator=(const event_pump&) = delete;

  /// The one that it was made with.
  rd_kafka_queue_t* queue() const noexcept;

  queue_id add(queue_handle queue);
  /// No call of the handler for events of that queue after it; gives the queue back.
  void remove(queue_id which);

  /// When a queue that held `least` events or more in some turn holds fewer at the end of it or of a later one, `tell` is called, once for
  /// all of a turn.
  void watch(std::size_t least, std::function<void()> tell);

  /// While it rests it takes nothing.
  void rest(bool rests);

  /// No call of the handler after it; gives the queues back. May be called by the handler.
  void stop();

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace leadrelay::kafka
