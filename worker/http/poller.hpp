#pragma once

#include <array>
#include <cstdint>
#include <unordered_set>

#include <sys/epoll.h>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "base/task.hpp"
#include "base/time.hpp"

namespace leadrelay::http {

/// Tells a loop's sockets what has come: an epoll instance of its own beside Asio's, edge-triggered (epoll(7)), whose events are taken many
/// at a time. Asio tries each read before it waits for one, which is a system call in vain for each request; with a poller it is known what
/// to try. One for each io_context, whose service it is. One thread, the loop's.
class poller final : public boost::asio::execution_context::service {
 public:
  class watched {
   public:
    /// So has epoll said; called from the loop. May remove any of the watched, and destroy this one.
    virtual void on_events(std::uint32_t events) = 0;
    /// `on_events` will be called soon: what that needs can be asked for of the processor's caches.
    virtual void fetch_ahead() const noexcept = 0;
    /// The io_context is destroyed: what waits here is destroyed and not called.
    virtual void abandon() noexcept = 0;

   protected:
    ~watched() = default;
  };

  using key_type = poller;
  static boost::asio::execution_context::id id;

  explicit poller(boost::asio::execution_context& of);
  ~poller() override;

  /// False where the system refuses, as `errno` says. Events may come from before it.
  bool add(int socket, watched& to);
  /// No call after it.
  void remove(int socket, watched& to) noexcept;

  /// Something waits for events from now on, or no more: an io_context with nothing that waits may come to its end.
  void begin_waiting();
  void end_waiting();

  /// All that had come until then is told.
  time_point told_until() const noexcept { return told_until_; }

 private:
  using descriptor = boost::asio::posix::basic_stream_descriptor<executor>;

  void shutdown() override;
  void arm();
  void tell();
  void fetch_ahead(int from) const noexcept;

  descriptor epoll_;
  std::unordered_set<watched*> watched_;
  std::array<epoll_event, 256> events_{};
  int next_ = 0;  ///< of the events that are being told
  int come_ = 0;
  int waiting_ = 0;
  bool armed_ = false;
  time_point told_until_ = time_point::min();
};

}  // namespace leadrelay::http
