#include "sandbox/server.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/context.hpp>

#include "sandbox/session.hpp"

namespace leadrelay::sandbox {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using shared_tls = std::shared_ptr<asio::ssl::context>;

constexpr std::chrono::milliseconds after_failed_accept{50};

boost::system::result<shared_tls> load(const tls_files& files) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code error;
  context->use_certificate_chain_file(files.certificate, error);
  if (!error) context->use_private_key_file(files.key, asio::ssl::context::pem, error);
  if (error) return error;
  return context;
}

task<void> accept(std::shared_ptr<server_core> core, std::shared_ptr<tcp_acceptor> on, shared_tls tls) {
  constexpr auto as_result = asio::as_tuple(use_task);
  wait_timer pause(core->context.get_executor());
  while (on->is_open()) {
    tcp_socket socket(core->context.get_executor());
    const auto [error] = co_await on->async_accept(socket, as_result);
    if (error && on->is_open()) {  // out of descriptors, or the client was quicker to leave
      pause.expires_after(after_failed_accept);
      co_await pause.async_wait(as_result);
    }
    if (error) continue;
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto serving = tls ? serve_tls(core, std::move(socket), tls) : serve(core, std::move(socket));
    asio::co_spawn(core->context.get_executor(), std::move(serving), asio::detached);
  }
}

boost::system::result<std::shared_ptr<tcp_acceptor>> open(asio::io_context& context, const std::string& host, std::uint16_t port) {
  error_code error;
  asio::ip::basic_resolver<tcp, executor> resolver(context.get_executor());
  const auto found = resolver.resolve(host, std::to_string(port), asio::ip::resolver_base::passive, error);
  if (error) return error;
  const tcp::endpoint endpoint = *found.begin();
  auto acceptor = std::make_shared<tcp_acceptor>(context.get_executor());
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return error;
  return acceptor;
}

void close_all(server_core& core) {
  core.stopped = true;
  error_code ignored;
  for (const auto& each : core.acceptors) each->close(ignored);
  const std::vector<connection*> open(core.connections.begin(), core.connections.end());
  for (connection* each : open) each->close();
}

}  // namespace

server::server(asio::io_context& context, options from)
    : context_(context),
      core_(std::make_shared<server_core>(context, std::move(from))) {
  core_->state.ask_still_waiting([core = core_.get()](std::uint64_t token) {
    const auto found = core->waiting.find(token);
    return found != core->waiting.end() && !found->second->client_gone();
  });
}

server::~server() { stop(); }

boost::system::result<std::uint16_t> server::listen(const std::string& host, std::uint16_t port, const std::optional<tls_files>& tls) {
  shared_tls loaded;
  if (tls) {
    auto read = load(*tls);
    if (!read) return read.error();
    loaded = *read;
  }
  auto acceptor = open(context_, host, port);
  if (!acceptor) return acceptor.error();
  error_code error;
  const std::uint16_t actual = (*acceptor)->local_endpoint(error).port();
  if (error) return error;
  core_->acceptors.push_back(*acceptor);
  asio::co_spawn(context_.get_executor(), accept(core_, *acceptor, std::move(loaded)), asio::detached);
  return actual;
}

void server::stop() {
  asio::post(context_, [core = core_] { close_all(*core); });
}

sandbox_state& server::state_of(server_core& core) noexcept { return core.state; }

background_server::background_server(options from, const std::string& host, std::uint16_t port, const std::optional<tls_files>& tls)
    : server_(context_, std::move(from)) {
  port_ = server_.listen(host, port, tls).value();
  thread_ = std::thread([this] { context_.run(); });
}

background_server::~background_server() {
  server_.stop();
  thread_.join();
}

}  // namespace leadrelay::sandbox
