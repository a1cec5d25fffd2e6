#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/prefetch.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "delivery/transport_error.hpp"
#include "providers/judge.hpp"

/// The border to the network. The relay speaks to these interfaces; sockets are behind one implementation, a simulated network behind
/// another.
namespace leadrelay::http {

// Declared and defined (with to_string) in delivery/transport_error.*, where the verdict on each stands.
using delivery::to_string;
using delivery::transport_error;

/// One request as it goes on the wire.
struct outgoing {
  std::string_view method;
  std::string_view target;
  std::string_view headers;  ///< whole lines, each ended by CR LF, without Content-Length
  std::string_view body;
  std::span<const memory_part> needed{};  ///< what whoever waits for the answer will look at first, as far as there is room for it
};

struct exchange {
  transport_error error = transport_error::none;
  /// Whether any byte of the request may have reached the network. Without it the request was surely not processed.
  bool bytes_sent = false;
  std::string detail;        ///< for people, where `error` is set: the system's or TLS library's words
  providers::answer answer;  ///< where `error` is none; good until the connection is used again or given back
};

/// One connection to a provider's origin, open and idle when handed out.
class connection {
 public:
  virtual ~connection() = default;

  /// Sends and reads one whole answer by `deadline`. Never throws. Not to be called again before it has returned.
  virtual task<exchange> send(const outgoing& what, time_point deadline) = 0;

  /// Whether another exchange may follow: the last one was whole, the body read, keep-alive not refused.
  virtual bool reusable() const noexcept = 0;

  /// Whether the other side has closed it or sent something unasked while it was idle. Costs one system call at most.
  virtual bool stale() noexcept = 0;

  /// The last answer is not looked at any more.
  virtual void release_answer() noexcept {}

  /// Closes at once; an exchange under way ends with `stopped`.
  virtual void close() noexcept = 0;
};

struct connected {
  std::unique_ptr<http::connection> connection;  ///< null where it failed
  transport_error error = transport_error::none;
  std::string detail;
};

/// Opens connections to one origin.
class connector {
 public:
  virtual ~connector() = default;
  /// Resolves, connects and shakes hands by `deadline`. Never throws.
  virtual task<connected> connect(time_point deadline) = 0;
};

}  // namespace leadrelay::http
