#pragma once

#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

#include <boost/asio.hpp>

namespace leadrelay::integration {

/// Takes clients on a port of its own on loopback, on a thread of its own, which everything of them runs on. What `take` uses outlives it.
class loopback_server {
 public:
  using client = boost::asio::ip::tcp::socket;

  explicit loopback_server(std::function<void(client)> take)
      : take_(std::move(take)),
        acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~loopback_server() {
    context_.stop();
    thread_.join();
  }

  loopback_server(const loopback_server&) = delete;
  loopback_server& operator=(const loopback_server&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code failed, client came) {
      if (failed) return;
      take_(std::move(came));
      accept();
    });
  }

  std::function<void(client)> take_;
  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace leadrelay::integration
