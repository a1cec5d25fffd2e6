#include "support/tls_front.hpp"

#include <array>
#include <atomic>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include "support/loopback_server.hpp"

namespace leadrelay::integration {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

asio::ssl::context server_context(const certificate_files& files, const std::string& client_authority) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.use_certificate_chain_file(files.certificate);
  context.use_private_key_file(files.key, asio::ssl::context::pem);
  if (client_authority.empty()) return context;
  context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  context.load_verify_file(client_authority);
  return context;
}

struct counts {
  std::atomic<int> handshakes{0};
  std::atomic<int> failed{0};
  std::atomic<std::uint64_t> bytes{0};
};

/// One client's connection and the one to the server behind; lives while a read or write of it is under way.
class relayed : public std::enable_shared_from_this<relayed> {
 public:
  relayed(tcp::socket client, asio::ssl::context& context, std::uint16_t server_port, counts& counted)
      : client_(std::move(client), context),
        server_(client_.get_executor()),
        server_port_(server_port),
        counts_(counted) {}

  void start() {
    client_.async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](error_code failed) {
      ++(failed ? self->counts_.failed : self->counts_.handshakes);
      if (!failed) self->connect();
    });
  }

 private:
  void connect() {
    const tcp::endpoint to(asio::ip::address_v4::loopback(), server_port_);
    server_.async_connect(to, [self = shared_from_this()](error_code failed) {
      if (failed) return self->close();
      self->upstream();
      self->downstream();
    });
  }

  void upstream() {
    client_.async_read_some(asio::buffer(up_), [self = shared_from_this()](error_code failed, std::size_t got) {
      if (failed) return self->close();
      self->counts_.bytes += got;
      asio::async_write(self->server_, asio::buffer(self->up_, got), [self](error_code error, std::size_t) {
        if (error) return self->close();
        self->upstream();
      });
    });
  }

  void downstream() {
    server_.async_read_some(asio::buffer(down_), [self = shared_from_this()](error_code failed, std::size_t got) {
      if (failed) return self->close();
      asio::async_write(self->client_, asio::buffer(self->down_, got), [self](error_code error, std::size_t) {
        if (error) return self->close();
        self->downstream();
      });
    });
  }

  void close() {
    error_code ignored;
    server_.close(ignored);
    client_.lowest_layer().close(ignored);
  }

  asio::ssl::stream<tcp::socket> client_;
  tcp::socket server_;
  std::uint16_t server_port_;
  counts& counts_;
  std::array<char, 16384> up_;
  std::array<char, 16384> down_;
};

}  // namespace

struct tls_front::server {
  server(const certificate_files& files, std::uint16_t server_port, const std::string& client_authority)
      : ssl(server_context(files, client_authority)),
        to(server_port) {}

  asio::ssl::context ssl;
  std::uint16_t to;
  counts counted;
  loopback_server clients{[this](tcp::socket client) { std::make_shared<relayed>(std::move(client), ssl, to, counted)->start(); }};
};

tls_front::tls_front(const certificate_files& files, std::uint16_t server_port, const std::string& client_authority)
    : server_(std::make_unique<server>(files, server_port, client_authority)) {}
tls_front::~tls_front() = default;

std::uint16_t tls_front::port() const noexcept { return server_->clients.port(); }
int tls_front::handshakes() const noexcept { return server_->counted.handshakes; }
int tls_front::failed_handshakes() const noexcept { return server_->counted.failed; }
std::uint64_t tls_front::bytes_from_clients() const noexcept { return server_->counted.bytes; }

}  // namespace leadrelay::integration
