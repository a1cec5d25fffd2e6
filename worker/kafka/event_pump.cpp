#include "kafka/event_pump.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

namespace leadrelay::kafka {
namespace {

using descriptor = boost::asio::posix::basic_stream_descriptor<leadrelay::executor>;

constexpr int burst = 256;
constexpr int most_in_turn = 32;  // of one queue, where others have events too
constexpr duration poll_interval = std::chrono::milliseconds(500);

/// The reading and the writing end.
std::array<descriptor, 2> make_pipe(loop& on) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) throw boost::system::system_error(errno, boost::system::system_category(), "pipe");
  std::array<descriptor, 2> made{descriptor(on.executor(), ends[0]), descriptor(on.executor(), ends[1])};
  made[0].non_blocking(true);  // else Asio waits inside a read that finds nothing, whatever the descriptor's own flags are
  return made;
}

}  // namespace

/// Kept alive by the operations it has under way, which find it stopped.
struct event_pump::state : std::enable_shared_from_this<state> {
  struct source {
    queue_handle queue;
    bool is_due = false;
    bool was_long = false;  ///< as long as one that is watched is
  };

  state(loop& l, handler h) : on(l), handle(std::move(h)), ends(make_pipe(l)) {}

  void start() {
    wait_for_wakeup();
    poll_later();
  }

  /// What came before librdkafka knew where to write wakes nobody, so the queue is due at once.
  queue_id add(queue_handle queue) {
    const queue_id id = next_id++;
    rd_kafka_queue_io_event_enable(queue.get(), ends[1].native_handle(), &id, sizeof id);
    sources.emplace(id, source{std::move(queue)});
    make_due(id);
    if (!posted) take_later();
    return id;
  }

  void remove(queue_id which) {
    const auto found = sources.find(which);
    if (found == sources.end()) return;
    rd_kafka_queue_io_event_enable(found->second.queue.get(), -1, nullptr, 0);
    sources.erase(found);
  }

  void stop() {
    if (std::exchange(stopped, true)) return;
    while (!sources.empty()) remove(sources.begin()->first);
    boost::system::error_code ignored;
    for (descriptor& end : ends) end.close(ignored);
    if (poll_timer) on.timers().cancel(*poll_timer);
  }

  void make_due(queue_id which) {
    const auto found = sources.find(which);
    if (found != sources.end() && !std::exchange(found->second.is_due, true)) due.push_back(which);
  }

  void wait_for_wakeup() {
    ends[0].async_wait(descriptor::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->stopped) return;
      self->read_wakeups();
      self->wait_for_wakeup();
      if (!self->posted) self->take();
    });
  }

  /// librdkafka writes a queue's number whenever that stops being empty.
  void read_wakeups() {
    std::array<queue_id, 256> woken;
    std::size_t bytes = sizeof woken;
    while (bytes == sizeof woken) {
      boost::system::error_code ignored;
      bytes = ends[0].read_some(boost::asio::buffer(woken), ignored);
      for (std::size_t index = 0; index < bytes / sizeof(queue_id); ++index) make_due(woken[index]);
    }
  }

  void poll_later() {
    poll_timer = on.timers().add(on.now() + poll_interval, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || self->stopped) return;
      self->poll_later();
      for (const auto& [id, each] : self->sources) self->make_due(id);
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
    for (int taken = 0; !rests && !due.empty() && taken < burst;) {
      const queue_id next = due.front();
      due.pop_front();
      taken += take_of(next);
    }
    if (!rests && !due.empty() && !posted) take_later();
    if (std::exchange(any_short, false) && !stopped) tell_short();
  }

  /// A queue that may hold more goes behind the others. The handler may have removed it.
  int take_of(queue_id which) {
    int taken = 0;
    bool is_empty = false;
    const std::size_t before = length_of(which);
    for (auto from = sources.find(which); from != sources.end() && !rests && !is_empty && taken < most_in_turn;
         from = sources.find(which)) {
      from->second.is_due = false;
      const event_handle event(rd_kafka_queue_poll(from->second.queue.get(), 0));
      is_empty = !event;
      if (is_empty) continue;
      handle(*event);
      ++taken;
    }
    look_whether_short(which, before, taken);
    if (!is_empty) make_due(which);
    return taken;
  }

  /// What is not watched counts as empty.
  std::size_t length_of(queue_id which) const {
    const auto found = tell_short ? sources.find(which) : sources.end();
    return found == sources.end() ? 0 : rd_kafka_queue_length(found->second.queue.get());
  }

  /// At the end of its turn: as many may have come meanwhile, and librdkafka drops some of its own events while it is polled.
  void look_whether_short(queue_id which, std::size_t before, int taken) {
    const auto found = tell_short ? sources.find(which) : sources.end();
    if (found == sources.end()) return;
    const std::size_t left = length_of(which);
    bool& was_long = found->second.was_long;
    was_long = was_long || std::max(before, left + static_cast<std::size_t>(taken)) >= watched_length;
    if (left < watched_length && std::exchange(was_long, false)) any_short = true;
  }

  void rest(bool wanted) {
    rests = wanted;
    if (!rests && !stopped && !posted) take_later();
  }

  loop& on;
  handler handle;
  std::array<descriptor, 2> ends;
  std::map<queue_id, source> sources;
  std::deque<queue_id> due;  ///< that may hold events; those that are gone are passed over
  queue_id next_id = 0;
  std::optional<timer_queue::id> poll_timer;
  std::size_t watched_length = 0;
  std::function<void()> tell_short{};
  bool any_short = false;  ///< that was long
  bool posted = false;
  bool rests = false;
  bool stopped = false;
};

event_pump::event_pump(loop& on, handler handle) : state_(std::make_shared<state>(on, std::move(handle))) { state_->start(); }

event_pump::event_pump(loop& on, queue_handle queue, handler handle) : event_pump(on, std::move(handle)) { add(std::move(queue)); }

event_pump::~event_pump() { stop(); }

rd_kafka_queue_t* event_pump::queue() const noexcept { return state_->sources.begin()->second.queue.get(); }

event_pump::queue_id event_pump::add(queue_handle queue) { return state_->add(std::move(queue)); }

void event_pump::remove(queue_id which) { state_->remove(which); }

void event_pump::watch(std::size_t least, std::function<void()> tell) {
  state_->watched_length = least;
  state_->tell_short = std::move(tell);
}

void event_pump::rest(bool rests) { state_->rest(rests); }

void event_pump::stop() { state_->stop(); }

}  // namespace leadrelay::kafka
