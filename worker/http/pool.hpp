#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "http/transport.hpp"

namespace leadrelay::http {

struct pool_settings {
  duration connect_timeout = std::chrono::seconds{5};  ///< name, connection and TLS handshake together
  duration idle_time = std::chrono::seconds{25};       ///< an idle connection is closed after this; keep it below the server's
};

/// The open connections of one worker to one origin. It never waits for a free connection: how many requests may be in flight
/// is the gates' to say. The most recently used connection is handed out first, so that those not needed grow old and are closed.
/// An idle connection is closed without TLS's own end, as nothing is lost by that (RFC 9112 section 9.8).
///
/// The loop must outlive the pool. Leases and acquires may outlive it: their connections are closed when they end. One thread.
class pool {
  struct state;

 public:
  pool(loop& on, std::unique_ptr<connector> opens, pool_settings settings);
  ~pool();

  /// A connection held by one request; given back to the pool, or closed where it cannot be reused, when destroyed.
  class lease {
   public:
    lease() = default;
    lease(lease&&) noexcept;
    lease& operator=(lease&&) noexcept;
    ~lease();
    explicit operator bool() const noexcept { return connection_ != nullptr; }
    connection& operator*() const noexcept { return *connection_; }
    connection* operator->() const noexcept { return connection_.get(); }
    bool reused() const noexcept { return reused_; }  ///< had carried a request before

   private:
    friend class pool;
    lease(std::shared_ptr<state> from, std::unique_ptr<connection> held, bool reused) noexcept;
    void give_back() noexcept;

    std::shared_ptr<state> from_;
    std::unique_ptr<connection> connection_;
    bool reused_ = false;
  };

  struct acquired {
    pool::lease lease;  ///< empty where connecting failed
    transport_error error = transport_error::none;
    std::string detail;
  };

  /// An idle connection that is not stale, where there is one.
  lease take_idle(time_point now);

  /// The same, or a new one. Never throws.
  task<acquired> acquire();

  /// Closes the idle ones now and the leased ones when they come back; later acquires fail with `stopped`.
  void stop();

  std::size_t idle() const noexcept;
  std::size_t leased() const noexcept;

 private:
  static task<acquired> open(std::shared_ptr<state> from);

  std::shared_ptr<state> state_;
};

}  // namespace leadrelay::http
