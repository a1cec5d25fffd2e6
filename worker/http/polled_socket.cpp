#include "http/polled_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include <boost/container/static_vector.hpp>

#include "http/poller.hpp"

namespace leadrelay::http {

using boost::system::error_code;

namespace {

struct result {
  error_code error;
  std::size_t bytes = 0;
};

error_code system_error() noexcept { return {errno, boost::system::system_category()}; }

bool would_block(const error_code& error) noexcept {
  return error == boost::asio::error::would_block || error == boost::asio::error::try_again;
}

result send_to(int socket, boost::asio::const_buffer from) {
  for (;;) {
    const auto sent = ::send(socket, from.data(), from.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return {{}, static_cast<std::size_t>(sent)};
    if (errno != EINTR) return {system_error()};
  }
}

result receive_from(int socket, boost::asio::mutable_buffer into) {
  for (;;) {
    const auto got = ::recv(socket, into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) return {{}, static_cast<std::size_t>(got)};
    if (got == 0) return {boost::asio::error::eof};
    if (errno != EINTR) return {system_error()};
  }
}

}  // namespace

struct polled_socket::state final : poller::watched {
  state(executor on, int taken) : at(on), events(boost::asio::use_service<poller>(on.context())), socket(taken) {
    if (!events.add(socket, *this)) close();
  }
  ~state() { close(); }

  void on_events(std::uint32_t come) override {
    constexpr std::uint32_t over = EPOLLHUP | EPOLLERR;
    if (come & (EPOLLIN | EPOLLRDHUP | over)) readable = true;
    if (come & (EPOLLRDHUP | over)) ended = true;
    if (come & (EPOLLOUT | over)) wake(waits_to_write, {});
    if (readable && !waits_to_read.empty()) wake_readers();  // may have destroyed this
  }

  void fetch_ahead() const noexcept override {
    for (const memory_part& each : needed) prefetch(each);
  }

  void abandon() noexcept override {
    const auto readers = std::exchange(waits_to_read, {});
    const auto writers = std::exchange(waits_to_write, {});
    // With them the coroutine may end that this belongs to.
  }

  result receive(boost::asio::mutable_buffer into) {
    const result got = receive_from(socket, into);
    // Less than there is room for was all; what comes later is told anew. An end that was told with it is still to be read.
    if (would_block(got.error) || (!got.error && got.bytes < into.size() && !ended)) readable = false;
    return got;
  }

  void wake_readers() {
    if (waits_to_read.size() > 1) return wake(waits_to_read, {});
    wait_handler only = std::move(waits_to_read.front());
    waits_to_read.clear();
    events.end_waiting();
    std::move(only)(error_code{});
  }

  void wake(std::vector<wait_handler>& all, const error_code& error) {
    for (wait_handler& each : std::exchange(all, {})) {
      events.end_waiting();
      post_wait(std::move(each), error);
    }
  }

  void post_wait(wait_handler done, const error_code& error) {
    boost::asio::post(at, [done = std::move(done), error]() mutable { std::move(done)(error); });
  }

  void cancel() {
    wake(waits_to_write, boost::asio::error::operation_aborted);
    wake(waits_to_read, boost::asio::error::operation_aborted);
  }

  void close() {
    if (socket < 0) return;
    cancel();
    events.remove(socket, *this);
    ::close(std::exchange(socket, -1));
  }

  executor at;
  poller& events;
  int socket;
  bool readable = false;  ///< or may be
  bool ended = false;     ///< the other side sends no more
  std::vector<wait_handler> waits_to_read;
  std::vector<wait_handler> waits_to_write;
  boost::container::static_vector<memory_part, 8> needed;
};

namespace {

int release(tcp_socket& from) {
  error_code error;
  from.native_non_blocking(true, error);
  const int out = error ? -1 : from.release(error);
  return error ? -1 : out;
}

}  // namespace

polled_socket::polled_socket(tcp_socket from) : state_(std::make_unique<state>(from.get_executor(), release(from))) {}

polled_socket::polled_socket(polled_socket&&) noexcept = default;

polled_socket::~polled_socket() = default;

executor polled_socket::get_executor() const noexcept { return state_->at; }

bool polled_socket::is_open() const noexcept { return state_->socket >= 0; }

void polled_socket::cancel() noexcept { state_->cancel(); }

void polled_socket::close() noexcept { state_->close(); }

std::size_t polled_socket::write_some(boost::asio::const_buffer from, error_code& error) {
  const result sent = send_to(state_->socket, from);
  error = sent.error;
  return sent.bytes;
}

std::size_t polled_socket::read_some(boost::asio::mutable_buffer into, error_code& error) {
  const result got = state_->readable ? state_->receive(into) : result{boost::asio::error::would_block};
  error = got.error;
  return got.bytes;
}

void polled_socket::wait(readiness what, wait_handler done) {
  if (!is_open()) return state_->post_wait(std::move(done), boost::asio::error::operation_aborted);
  if (what == readiness::to_read && state_->readable) return state_->post_wait(std::move(done), {});
  (what == readiness::to_read ? state_->waits_to_read : state_->waits_to_write).push_back(std::move(done));
  state_->events.begin_waiting();
}

void polled_socket::add_needed(const memory_part& part) noexcept {
  if (state_->needed.size() < state_->needed.capacity()) state_->needed.push_back(part);
}

void polled_socket::forget_needed() noexcept { state_->needed.clear(); }

bool polled_socket::has_news(time_point until) noexcept {
  if (state_->ended || !is_open()) return true;
  if (!state_->readable && state_->events.told_until() >= until) return false;
  char byte = 0;
  const auto got = ::recv(state_->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

polled_socket::progress polled_socket::read_now(boost::asio::mutable_buffer into) {
  if (into.size() == 0) return {};
  progress out;
  out.bytes = read_some(into, out.error);
  return would_block(out.error) ? progress{.wants = readiness::to_read} : out;
}

polled_socket::progress polled_socket::write_now(boost::asio::const_buffer from) {
  progress out;
  out.bytes = write_some(from, out.error);
  return would_block(out.error) ? progress{.wants = readiness::to_write} : out;
}

}  // namespace leadrelay::http
