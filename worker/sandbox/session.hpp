#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/task.hpp"
#include "sandbox/state.hpp"

namespace leadrelay::sandbox {

using tcp = boost::asio::ip::tcp;
using tcp_socket = boost::asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = boost::asio::basic_socket_acceptor<tcp, executor>;
using wait_timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, executor>;

/// One connection.
class connection {
 public:
  virtual ~connection() = default;
  /// Whether the client has closed its side or reset the connection. One system call.
  virtual bool client_gone() const noexcept = 0;
  /// Ends it at once; what it waits for is cancelled.
  virtual void close() noexcept = 0;
};

/// What the server and its connections share; lives until the last of them is gone.
struct server_core {
  server_core(boost::asio::io_context& on, options from) : context(on), state(std::move(from)) {}

  boost::asio::io_context& context;
  sandbox_state state;
  bool stopped = false;
  std::vector<std::shared_ptr<tcp_acceptor>> acceptors;
  std::unordered_set<connection*> connections;
  std::unordered_map<std::uint64_t, const connection*> waiting;  ///< by the token of the answer they wait for
};

/// Serves one connection until it ends.
task<void> serve(std::shared_ptr<server_core> core, tcp_socket socket);
task<void> serve_tls(std::shared_ptr<server_core> core, tcp_socket socket, std::shared_ptr<boost::asio::ssl::context> tls);

}  // namespace leadrelay::sandbox
