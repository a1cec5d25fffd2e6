#include "http/connection.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/write.hpp>

#include "base/deadline_timer.hpp"
#include "base/prefetch.hpp"
#include "base/wakeup.hpp"
#include "http/answer_reader.hpp"
#include "http/exchange_buffers.hpp"
#include "http/serialise.hpp"

namespace leadrelay::http {
namespace {

using boost::system::error_code;

/// A server that has kept a connection open before does not close it so soon after an answer.
constexpr duration unlikely_to_close = std::chrono::milliseconds{20};

bool holds_unread(polled_socket&) noexcept { return false; }
bool holds_unread(tls_stream& stream) noexcept { return has_unread(stream); }

void end_well(polled_socket&) noexcept {}
void end_well(tls_stream& stream) noexcept { keep_session_resumable(stream); }

/// One exchange at a time, in three parts: the request is written as far as it goes at once, the rest of it in the background;
/// meanwhile the answer is read, as it may come before the request is whole; at the end no operation is left.
template <class Stream>
class stream_connection final : public connection {
 public:
  stream_connection(loop& on, Stream stream, std::shared_ptr<tls_sessions> sessions, const answer_bounds& bounds)
      : loop_(on),
        sessions_(std::move(sessions)),
        stream_(std::move(stream)),
        buffers_(boost::asio::use_service<exchange_buffers>(on.context())),
        bounds_(bounds),
        timeout_(on.timers(), [this] { close_because(transport_error::answer_timeout); }),
        written_(on.executor()) {}

  ~stream_connection() override { end_well(stream_); }

  task<exchange> send(const outgoing& what, time_point deadline) override;
  bool reusable() const noexcept override { return reusable_; }
  bool stale() noexcept override;
  void release_answer() noexcept override { buffers_.give_back(std::move(reader_)); }
  void close() noexcept override { close_because(transport_error::stopped); }

 private:
  static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

  bool may_start(time_point deadline, exchange& out);
  bool start_write(const std::string& request, exchange& out);
  void tell_needed(const outgoing& what, const exchange& out) noexcept;
  void write_rest(std::string_view rest);
  polled_socket::progress read_now();
  template <class Token>
  auto async_read(Token&& token);
  void take(boost::asio::const_buffer bytes, const error_code& error);
  bool is_answered() const noexcept { return reader_ && reader_->over(); }
  void close_because(transport_error why) noexcept;
  void finish(exchange& out);

  loop& loop_;
  std::shared_ptr<tls_sessions> sessions_;  ///< outlives stream_, which points to it
  Stream stream_;
  exchange_buffers& buffers_;
  answer_bounds bounds_;
  std::unique_ptr<answer_reader> reader_;  ///< from the first bytes of an answer on
  std::string unsent_;                     ///< of the request, where it did not go at once
  deadline_timer timeout_;
  wakeup written_;        ///< the background write has ended, where `send` waits for that
  std::size_t sent_ = 0;  ///< bytes of the request that the system took; over TLS where it is not known, all
  error_code write_error_;
  transport_error closed_because_ = transport_error::none;  ///< why the socket was closed from this side
  bool to_head_ = false;
  bool writing_ = false;
  bool awaiting_write_ = false;
  std::uint64_t exchanges_ = 0;
  time_point answered_at_{};
  bool reusable_ = true;
};

template <class Stream>
task<exchange> stream_connection<Stream>::send(const outgoing& what, time_point deadline) {
  exchange out;
  if (!may_start(deadline, out)) co_return out;
  ++exchanges_;
  release_answer();
  to_head_ = what.method == "HEAD";
  std::string& request = buffers_.request();
  serialise(what, request);
  timeout_.set(deadline);
  if (start_write(request, out)) {
    tell_needed(what, out);
    while (!is_answered()) {
      const auto [error, ignored] = co_await async_read(boost::asio::as_tuple(boost::asio::deferred));
      if (error && !is_answered()) take({}, error);
    }
    if (writing_) {  // the answer came first, or reading failed: the rest of the request need not go
      socket_of(stream_).close();
      awaiting_write_ = true;
      co_await written_.wait();
      awaiting_write_ = false;
    }
    finish(out);
  }
  socket_of(stream_).forget_needed();
  timeout_.stop();
  co_return out;
}

template <class Stream>
bool stream_connection<Stream>::may_start(time_point deadline, exchange& out) {
  if (!reusable_) {
    out.error = closed_because_ == transport_error::none ? transport_error::connection_lost : closed_because_;
    out.detail = "the connection cannot be used again";
    return false;
  }
  if (deadline > loop_.now()) return true;
  out.error = transport_error::answer_timeout;
  out.detail = "no time left to send the request";
  return false;
}

/// False where the exchange is over because nothing could be written; an answer would then not be one to this request.
template <class Stream>
bool stream_connection<Stream>::start_write(const std::string& request, exchange& out) {
  reusable_ = false;
  sent_ = 0;
  polled_socket::progress wrote;
  do {
    wrote = stream_.write_now(boost::asio::buffer(request) + sent_);
    sent_ += wrote.bytes;
  } while (!wrote.error && !wrote.wants && sent_ < request.size());
  write_error_ = wrote.error;
  if (sent_ == request.size()) return true;
  if (wrote.wants) {
    write_rest(std::string_view(request).substr(sent_));
    return true;
  }
  if (sent_ > 0) return true;
  out.error = transport_error::connection_lost;
  out.detail = "nothing sent: " + write_error_.message();
  return false;
}

template <class Stream>
void stream_connection<Stream>::tell_needed(const outgoing& what, const exchange& out) noexcept {
  polled_socket& socket = socket_of(stream_);
  socket.add_needed(part_of(*this));
  socket.add_needed(frame_around(out));
  for (const memory_part& each : what.needed) socket.add_needed(each);
}

template <class Stream>
void stream_connection<Stream>::write_rest(std::string_view rest) {
  unsent_ = rest;
  writing_ = true;
  auto done = [this](const error_code& error, std::size_t bytes) {
    // A failed write over TLS does not tell how much of what was encrypted has left: assume some.
    sent_ += is_tls ? unsent_.size() : bytes;
    std::string().swap(unsent_);
    write_error_ = error;
    writing_ = false;
    if (awaiting_write_) written_.notify();
  };
  boost::asio::async_write(stream_, boost::asio::buffer(unsent_), std::move(done));
}

/// What has come is read where all connections read to, and is of the answer before anybody else reads.
template <class Stream>
polled_socket::progress stream_connection<Stream>::read_now() {
  const boost::asio::mutable_buffer room = buffers_.room();
  const polled_socket::progress came = stream_.read_now(room);
  if (!came.wants) take(boost::asio::buffer(room, came.bytes), came.error);
  return came;
}

template <class Stream>
template <class Token>
auto stream_connection<Stream>::async_read(Token&& token) {
  return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
      [this](auto handler) { socket_of(stream_).carry_out([this] { return read_now(); }, std::move(handler)); }, token);
}

template <class Stream>
void stream_connection<Stream>::take(boost::asio::const_buffer bytes, const error_code& error) {
  if (!reader_) {
    reader_ = buffers_.take_reader();
    reader_->start(to_head_, bounds_);
  }
  reader_->take(bytes, error);
}

template <class Stream>
void stream_connection<Stream>::finish(exchange& out) {
  out.bytes_sent = sent_ > 0;
  if (reader_->whole()) {
    out.answer = reader_->answer();
    answered_at_ = loop_.now();
    reusable_ = socket_of(stream_).is_open() && !write_error_ && reader_->keeps_alive() && !holds_unread(stream_);
  } else if (closed_because_ != transport_error::none) {
    out.error = closed_because_;
    out.detail = closed_because_ == transport_error::stopped ? "closed meanwhile" : "no whole answer in time";
  } else {
    out.error = reader_->error();
    out.detail = reader_->detail();
  }
}

template <class Stream>
bool stream_connection<Stream>::stale() noexcept {
  const time_point now = loop_.now();
  const bool is_unlikely = exchanges_ > 1 && now - answered_at_ < unlikely_to_close;
  const time_point until = is_unlikely ? now - unlikely_to_close : now;
  return !reusable_ || holds_unread(stream_) || socket_of(stream_).has_news(until);
}

template <class Stream>
void stream_connection<Stream>::close_because(transport_error why) noexcept {
  if (closed_because_ == transport_error::none) closed_because_ = why;
  reusable_ = false;
  socket_of(stream_).close();
}

}  // namespace

std::unique_ptr<connection> make_connection(loop& on, tcp_socket socket, const answer_bounds& bounds) {
  return std::make_unique<stream_connection<polled_socket>>(on, polled_socket(std::move(socket)), nullptr, bounds);
}

std::unique_ptr<connection> make_connection(loop& on, tls_stream stream, std::shared_ptr<tls_sessions> sessions,
                                            const answer_bounds& bounds) {
  return std::make_unique<stream_connection<tls_stream>>(on, std::move(stream), std::move(sessions), bounds);
}

}  // namespace leadrelay::http
