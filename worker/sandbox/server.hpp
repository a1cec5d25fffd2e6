#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/result.hpp>

#include "sandbox/state.hpp"

namespace leadrelay::sandbox {

/// A PEM certificate (or chain, the server's first) and its private key.
struct tls_files {
  std::string certificate;
  std::string key;
};

struct server_core;

/// The sandbox on a port, HTTP/1.1, with TLS where files are given. All happens on the thread that runs the io_context, one thread;
/// `stop` and `ask` may be called from any. Destroying the server stops it; connections end when the context next runs.
class server {
 public:
  /// Throws `std::invalid_argument` where a seeded lead of `from` is no JSON object.
  server(boost::asio::io_context& context, options from);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens and serves from then on; `host` is an address or a name, port 0 picks one. Gives the port. May be called again, for
  /// another port. Not while another thread runs the context.
  boost::system::result<std::uint16_t> listen(const std::string& host, std::uint16_t port,
                                              const std::optional<tls_files>& tls = std::nullopt);

  /// Closes the port and all connections.
  void stop();

  /// Calls `question(sandbox_state&)` on the server's thread; its result, or what it throws, is in the future.
  template <class F>
  auto ask(F question) -> std::future<std::invoke_result_t<F&, sandbox_state&>> {
    using answer = std::invoke_result_t<F&, sandbox_state&>;
    std::packaged_task<answer()> asked(
        [core = core_, question = std::move(question)]() mutable -> answer { return question(state_of(*core)); });
    auto future = asked.get_future();
    boost::asio::post(context_, [asked = std::move(asked)]() mutable { asked(); });  // alone, Asio would take it for a completion token
    return future;
  }

  /// On the server's thread only.
  sandbox_state& state() noexcept { return state_of(*core_); }

 private:
  static sandbox_state& state_of(server_core& core) noexcept;

  boost::asio::io_context& context_;
  std::shared_ptr<server_core> core_;
};

/// A server on a thread of its own, listening when constructed and gone when destroyed: for tests, the demo and benchmarks.
class background_server {
 public:
  /// Throws `boost::system::system_error` where it cannot listen.
  explicit background_server(options from, const std::string& host = "127.0.0.1", std::uint16_t port = 0,
                             const std::optional<tls_files>& tls = std::nullopt);
  ~background_server();

  std::uint16_t port() const noexcept { return port_; }

  /// Calls `question(sandbox_state&)` on the server's thread and gives its result.
  template <class F>
  auto ask(F question) {
    return server_.ask(std::move(question)).get();
  }

 private:
  boost::asio::io_context context_{1};
  server server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace leadrelay::sandbox
