#include "http/poller.hpp"

#include <algorithm>
#include <cerrno>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include "base/prefetch.hpp"

namespace leadrelay::http {
namespace {

/// How many events ahead it is asked for who waits for them, and for what they need.
constexpr int far_ahead = 6;
constexpr int near_ahead = 2;

int make_epoll() {
  const int made = epoll_create1(EPOLL_CLOEXEC);
  if (made < 0) throw boost::system::system_error(errno, boost::system::system_category(), "epoll_create1");
  return made;
}

}  // namespace

boost::asio::execution_context::id poller::id;

poller::poller(boost::asio::execution_context& of)
    : service(of),
      epoll_(static_cast<boost::asio::io_context&>(of).get_executor(), make_epoll()) {}

poller::~poller() = default;

bool poller::add(int socket, watched& to) {
  epoll_event wanted{};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  wanted.data.ptr = &to;
  if (epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &wanted) != 0) return false;
  watched_.insert(&to);
  return true;
}

void poller::remove(int socket, watched& to) noexcept {
  if (watched_.erase(&to) == 0) return;
  epoll_event ignored{};
  if (epoll_.is_open()) epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, socket, &ignored);
  for (int each = next_; each < come_; ++each)
    if (events_[static_cast<std::size_t>(each)].data.ptr == &to) events_[static_cast<std::size_t>(each)].data.ptr = nullptr;
}

void poller::begin_waiting() {
  if (waiting_++ == 0 && !armed_) arm();
}

void poller::end_waiting() {
  if (--waiting_ > 0 || !armed_) return;
  boost::system::error_code ignored;
  epoll_.cancel(ignored);
}

void poller::arm() {
  armed_ = true;
  epoll_.async_wait(descriptor::wait_read, [this](const boost::system::error_code& error) {
    armed_ = false;
    if (!error) tell();
    if (waiting_ > 0 && epoll_.is_open() && !armed_) arm();
  });
}

void poller::tell() {
  const time_point now = std::chrono::steady_clock::now();
  const int most = static_cast<int>(events_.size());
  come_ = std::max(epoll_wait(epoll_.native_handle(), events_.data(), most, 0), 0);
  const bool are_all = come_ < most;
  for (int each = -far_ahead; each < 0; ++each) fetch_ahead(each);
  for (next_ = 0; next_ < come_;) {
    fetch_ahead(next_);
    const epoll_event& each = events_[static_cast<std::size_t>(next_++)];
    if (each.data.ptr) static_cast<watched*>(each.data.ptr)->on_events(each.events);
  }
  come_ = 0;
  if (are_all) told_until_ = now;
}

/// Whoever waits has done so for so long that it has left the processor's caches.
void poller::fetch_ahead(int from) const noexcept {
  constexpr std::size_t most_of_watched = 256;
  const auto watched_at = [&](int index) -> const watched* {
    return index >= 0 && index < come_ ? static_cast<const watched*>(events_[static_cast<std::size_t>(index)].data.ptr) : nullptr;
  };
  if (const watched* const far = watched_at(from + far_ahead)) prefetch(far, most_of_watched);
  if (const watched* const near = watched_at(from + near_ahead)) near->fetch_ahead();
}

void poller::shutdown() {
  while (!watched_.empty()) {
    watched* const each = *watched_.begin();
    watched_.erase(watched_.begin());
    each->abandon();
  }
  boost::system::error_code ignored;
  epoll_.close(ignored);
}

}  // namespace leadrelay::http
