#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "base/prefetch.hpp"
#include "base/task.hpp"
#include "base/time.hpp"

namespace leadrelay::http {

using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;

/// A connected TCP socket that waits through its loop's `poller`: what a read costs beside the read itself is a share of one epoll_wait for
/// many. An Asio stream (AsyncReadStream, AsyncWriteStream) for coroutines of the loop, which TLS lies on; of a sequence of buffers the
/// first one is used, and one read and one write may be under way, until whose end it stays where it is. One thread, the loop's.
class polled_socket {
 public:
  using executor_type = executor;
  using error_code = boost::system::error_code;

  /// Takes the socket over from Asio. What cannot be done shows at the first use.
  explicit polled_socket(tcp_socket from);
  polled_socket(polled_socket&&) noexcept;
  polled_socket& operator=(polled_socket&&) = delete;
  ~polled_socket();

  executor_type get_executor() const noexcept;

  bool is_open() const noexcept;
  /// What is under way ends with `operation_aborted`.
  void cancel() noexcept;
  void close() noexcept;

  /// Writes what goes at once, `would_block` where nothing does.
  std::size_t write_some(boost::asio::const_buffer from, error_code& error);

  /// Reads what has come: `eof` at the end, `would_block` where nothing has, without a system call where that is known.
  std::size_t read_some(boost::asio::mutable_buffer into, error_code& error);

  enum class readiness { to_read, to_write };
  using wait_handler = boost::asio::any_completion_handler<void(error_code)>;
  /// Calls once it is worth a try again, never inside this call; to write, after `would_block` alone. Several may wait.
  void wait(readiness what, wait_handler done);

  /// What whoever waits to read will look at besides the socket itself, until it is forgotten; asked for of the processor's caches just
  /// before. Of many parts the first eight.
  void add_needed(const memory_part& part) noexcept;
  void forget_needed() noexcept;

  /// Whether the other side has ended it, or something has come that nobody has read, until then at least. One system call where the poller
  /// has not told all until then.
  bool has_news(time_point until) noexcept;

  /// What came of a try.
  struct progress {
    error_code error{};
    std::size_t bytes = 0;
    std::optional<readiness> wants{};  ///< to be tried again then
  };

  /// Reads or writes what goes at once.
  progress read_now(boost::asio::mutable_buffer into);
  progress write_now(boost::asio::const_buffer from);

  /// Tries now, and again whenever that is worth it, until a try wants nothing more; then calls `done` with its error and bytes, never
  /// inside this call. `attempt` gives a `progress` and waits for nothing.
  template <class Attempt, class Handler>
  void carry_out(Attempt attempt, Handler done) {
    const progress first = is_open() ? attempt() : progress{boost::asio::error::operation_aborted};
    if (first.wants) return go_on_when(*first.wants, std::move(attempt), std::move(done));
    boost::asio::post(get_executor(), [first, done = std::move(done)]() mutable { std::move(done)(first.error, first.bytes); });
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& into, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, boost::asio::mutable_buffer first) {
          carry_out([this, first] { return read_now(first); }, std::move(handler));
        },
        token, first_of(into));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& from, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, boost::asio::const_buffer first) {
          carry_out([this, first] { return write_now(first); }, std::move(handler));
        },
        token, first_of(from));
  }

  /// The first of a sequence of buffers that holds anything, an empty one where none does.
  template <class Buffers>
  static auto first_of(const Buffers& all) {
    auto each = boost::asio::buffer_sequence_begin(all);
    const auto end = boost::asio::buffer_sequence_end(all);
    using buffer = std::decay_t<decltype(*each)>;
    while (each != end && buffer(*each).size() == 0) ++each;
    return each == end ? buffer() : buffer(*each);
  }

 private:
  struct state;

  /// What waits owns the handler, so that both end together where the io_context does.
  template <class Attempt, class Handler>
  void go_on_when(readiness comes, Attempt attempt, Handler done) {
    wait(comes, [this, attempt = std::move(attempt), done = std::move(done)](const error_code& error) mutable {
      const progress came = error ? progress{error} : attempt();
      if (came.wants) return go_on_when(*came.wants, std::move(attempt), std::move(done));
      std::move(done)(came.error, came.bytes);  // may have destroyed this
    });
  }

  std::unique_ptr<state> state_;
};

}  // namespace leadrelay::http
