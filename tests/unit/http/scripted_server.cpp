#include "scripted_server.hpp"

#include <charconv>

#include <netinet/tcp.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

namespace leadrelay::http::test {
namespace {

using boost::asio::redirect_error;
using boost::system::error_code;

std::size_t content_length(const std::string& head) {
  constexpr std::string_view name = "Content-Length: ";
  const auto at = head.find(name);
  std::size_t out = 0;
  if (at != std::string::npos) std::from_chars(head.data() + at + name.size(), head.data() + head.size(), out);
  return out;
}

}  // namespace

peer::peer(tcp_socket socket, boost::asio::ssl::context* tls) : socket_(std::move(socket)) {
  if (tls) tls_.emplace(socket_, *tls);
}

task<void> peer::shake_hands() {
  error_code error;
  co_await tls_->async_handshake(boost::asio::ssl::stream_base::server, redirect_error(use_task, error));
  SSL* ssl = tls_->native_handle();
  shaken = !error;
  resumed = SSL_session_reused(ssl) == 1;
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) server_name = name;
  if (X509* certificate = SSL_get0_peer_certificate(ssl)) {
    char text[256] = "";
    X509_NAME_oneline(X509_get_subject_name(certificate), text, sizeof text);
    subject = text;
  }
}

task<bool> peer::read_more() {
  char bytes[4096];
  error_code error;
  const auto room = boost::asio::buffer(bytes);
  std::size_t got = 0;
  if (tls_) {
    got = co_await tls_->async_read_some(room, redirect_error(use_task, error));
  } else {
    got = co_await socket_.async_read_some(room, redirect_error(use_task, error));
  }
  received_.append(bytes, got);
  co_return !error;
}

task<std::string> peer::read_head() {
  std::size_t end = received_.find("\r\n\r\n");
  while (end == std::string::npos) {
    const bool more = co_await read_more();  // not in the condition: g++ 12.2 would await it whatever stands before &&
    if (!more) co_return std::string();
    end = received_.find("\r\n\r\n");
  }
  std::string head = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  co_return head;
}

task<std::string> peer::read_request() {
  std::string request = co_await read_head();
  const std::size_t length = content_length(request);
  while (received_.size() < length) {
    const bool more = co_await read_more();
    if (!more) co_return std::string();
  }
  request += received_.substr(0, length);
  received_.erase(0, length);
  co_return request;
}

task<void> peer::write(std::string_view bytes) {
  error_code error;
  const auto all = boost::asio::buffer(bytes);
  if (tls_) {
    co_await boost::asio::async_write(*tls_, all, redirect_error(use_task, error));
  } else {
    co_await boost::asio::async_write(socket_, all, redirect_error(use_task, error));
  }
}

void peer::cork(bool is_corked) {
  using option = boost::asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_CORK>;
  socket_.set_option(option(is_corked));
}

void peer::send_tickets(int count) {
  for (int number = 0; number < count; ++number) SSL_new_session_ticket(tls_->native_handle());
}

void peer::update_keys() { SSL_key_update(tls_->native_handle(), SSL_KEY_UPDATE_REQUESTED); }

task<void> peer::closed() {
  bool open = true;
  while (open) open = co_await read_more();
}

task<void> peer::end() {
  error_code error;
  // Sends the alert; the other side's own is not waited for.
  if (tls_) SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
  if (tls_) co_await tls_->async_shutdown(redirect_error(use_task, error));
  cut();
}

void peer::cut() {
  error_code error;
  socket_.close(error);
}

void peer::reset() {
  error_code error;
  socket_.set_option(boost::asio::socket_base::linger(true, 0), error);
  socket_.close(error);
}

struct scripted_server::state {
  state(boost::asio::io_context& on, script s, std::shared_ptr<boost::asio::ssl::context> t)
      : context(on),
        acceptor(on, endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        plays(std::move(s)),
        tls(std::move(t)) {}

  boost::asio::io_context& context;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor> acceptor;
  script plays;
  std::shared_ptr<boost::asio::ssl::context> tls;
  int accepted = 0;
};

scripted_server::scripted_server(boost::asio::io_context& context, script plays, std::shared_ptr<boost::asio::ssl::context> tls)
    : state_(std::make_shared<state>(context, std::move(plays), std::move(tls))) {
  boost::asio::co_spawn(context.get_executor(), accept(state_), boost::asio::detached);
}

scripted_server::~scripted_server() { stop(); }

std::uint16_t scripted_server::port() const { return state_->acceptor.local_endpoint().port(); }

int scripted_server::accepted() const { return state_->accepted; }

void scripted_server::stop() {
  error_code error;
  state_->acceptor.close(error);
}

task<void> scripted_server::accept(std::shared_ptr<state> of) {
  for (;;) {
    error_code error;
    tcp_socket socket(of->context);
    co_await of->acceptor.async_accept(socket, redirect_error(use_task, error));
    if (error) co_return;
    socket.set_option(boost::asio::ip::tcp::no_delay(true), error);  // what is written before a reset has left
    const int number = of->accepted++;
    boost::asio::co_spawn(of->context.get_executor(), serve(of, std::move(socket), number), boost::asio::detached);
  }
}

task<void> scripted_server::serve(std::shared_ptr<state> of, tcp_socket socket, int number) {
  peer one(std::move(socket), of->tls.get());
  if (of->tls) co_await one.shake_hands();
  co_await of->plays(one, number);
}

}  // namespace leadrelay::http::test
