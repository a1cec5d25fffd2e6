#include "kafka/event_pump.hpp"

#include <cstdint>
#include <optional>

#include <sys/eventfd.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

namespace leadrelay::kafka {
namespace {

using descriptor = boost::asio::posix::basic_stream_descriptor<leadrelay::executor>;

constexpr int burst = 256;
constexpr duration poll_interval = std::chrono::milliseconds(500);
constexpr std::uint64_t one = 1;  // what librdkafka writes to the eventfd

descriptor make_eventfd(loop& on) {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw boost::system::system_error(errno, boost::system::system_category(), "eventfd");
  descriptor made(on.executor(), fd);
  made.non_blocking(true);  // else Asio waits inside a read that finds nothing, whatever the descriptor's own flags are
  return made;
}

}  // namespace

/// Kept alive by the operations it has under way, which find it stopped.
struct event_pump::state : std::enable_shared_from_this<state> {
  state(loop& l, queue_handle q, handler h) : on(l), queue(std::move(q)), handle(std::move(h)), woken(make_eventfd(l)) {}

  void start() {
    rd_kafka_queue_io_event_enable(queue.get(), woken.native_handle(), &one, sizeof one);
    wait_for_wakeup();
    poll_later();
    take_later();  // what came before the eventfd was there wakes nobody
  }

  void stop() {
    if (!queue) return;
    rd_kafka_queue_io_event_enable(queue.get(), -1, nullptr, 0);
    queue.reset();
    boost::system::error_code ignored;
    woken.close(ignored);
    if (poll_timer) on.timers().cancel(*poll_timer);
  }

  void wait_for_wakeup() {
    woken.async_wait(descriptor::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
      if (error || !self->queue) return;
      std::uint64_t count = 0;
      boost::system::error_code ignored;
      self->woken.read_some(boost::asio::buffer(&count, sizeof count), ignored);
      self->wait_for_wakeup();
      if (!self->posted) self->take();
    });
  }

  void poll_later() {
    poll_timer = on.timers().add(on.now() + poll_interval, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || !self->queue) return;
      self->poll_later();
      if (!self->posted) self->take();
    });
  }

  void take_later() {
    posted = true;
    boost::asio::post(on.executor(), [self = shared_from_this()] {
      self->posted = false;
      self->take();
    });
  }

  void take() {
    const auto self = shared_from_this();  // the handler may stop and destroy the pump
    for (int taken = 0; queue && !rests && taken < burst; ++taken) {
      const event_handle event(rd_kafka_queue_poll(queue.get(), 0));
      if (!event) return;
      handle(*event);
    }
    if (queue && !rests && !posted) take_later();
  }

  void rest(bool wanted) {
    rests = wanted;
    if (!rests && queue && !posted) take_later();
  }

  loop& on;
  queue_handle queue;
  handler handle;
  descriptor woken;
  std::optional<timer_queue::id> poll_timer;
  bool posted = false;
  bool rests = false;
};

event_pump::event_pump(loop& on, queue_handle queue, handler handle)
    : state_(std::make_shared<state>(on, std::move(queue), std::move(handle))) {
  state_->start();
}

event_pump::~event_pump() { stop(); }

rd_kafka_queue_t* event_pump::queue() const noexcept { return state_->queue.get(); }

void event_pump::take_now() { state_->take(); }

void event_pump::rest(bool rests) { state_->rest(rests); }

void event_pump::stop() { state_->stop(); }

}  // namespace leadrelay::kafka
