#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace leadrelay::integration {

/// A port of the loopback on which connections are taken by the system and never answered, or refused once it is closed.
class silent_port {
 public:
  silent_port() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool listens = ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(socket_, 16) == 0 &&
                         ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    if (!listens) throw std::runtime_error("no port to listen on");
    port_ = ntohs(address.sin_port);
  }
  ~silent_port() { close(); }
  silent_port(const silent_port&) = delete;
  silent_port& operator=(const silent_port&) = delete;

  /// Whether somebody connects within that time.
  bool is_asked(std::chrono::milliseconds within) const {
    pollfd waiting{socket_, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(within.count())) == 1;
  }

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  std::string text() const { return std::to_string(port_); }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace leadrelay::integration
