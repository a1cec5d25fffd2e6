#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include "http/streams.hpp"

namespace leadrelay::http::test {

/// The server's end of one connection, in the hands of a script.
class peer {
 public:
  peer(tcp_socket socket, boost::asio::ssl::context* tls);

  /// A whole request, head and body, or nothing where the other side has closed.
  task<std::string> read_request();
  /// Up to the empty line.
  task<std::string> read_head();
  task<void> write(std::string_view bytes);  ///< which must live until it returns
  /// What is written while corked leaves together when it no longer is.
  void cork(bool is_corked);
  /// The next bytes that are written come with new keys of TLS 1.3, and ask the other side for new ones (RFC 8446 section 4.6.3).
  void update_keys();
  /// So many new sessions leave before what is written next (RFC 8446 section 4.6.1).
  void send_tickets(int count);
  /// Returns once the other side has closed or reset.
  task<void> closed();
  /// Ends well: TLS's own end first.
  task<void> end();
  /// Closes TCP without TLS's own end.
  void cut();
  /// Closes with RST.
  void reset();

  bool shaken = false;      ///< the TLS handshake was done
  bool resumed = false;     ///< with a session of before
  std::string server_name;  ///< what the client named in its handshake
  std::string subject;      ///< of the client's certificate

 private:
  friend class scripted_server;
  task<void> shake_hands();
  task<bool> read_more();

  tcp_socket socket_;
  std::optional<boost::asio::ssl::stream<tcp_socket&>> tls_;
  std::string received_;
};

/// Accepts on the loopback and hands each connection with its number, from 0, to a script. After the script the connection is cut.
class scripted_server {
 public:
  using script = std::function<task<void>(peer&, int number)>;

  scripted_server(boost::asio::io_context& context, script plays, std::shared_ptr<boost::asio::ssl::context> tls = nullptr);
  ~scripted_server();

  std::uint16_t port() const;
  int accepted() const;
  /// Stops listening, so that connecting is refused.
  void stop();

 private:
  struct state;
  static task<void> accept(std::shared_ptr<state> of);
  static task<void> serve(std::shared_ptr<state> of, tcp_socket socket, int number);

  std::shared_ptr<state> state_;
};

}  // namespace leadrelay::http::test
