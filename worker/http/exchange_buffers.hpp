#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/execution_context.hpp>

#include "http/answer_reader.hpp"

namespace leadrelay::http {

/// What an exchange needs only while bytes leave or come, shared by all connections of a loop: what was used last is used next, so that it
/// is in the processor's caches, and a connection that waits for its answer holds nothing. One for each io_context, whose service it is.
/// One thread, the loop's.
class exchange_buffers final : public boost::asio::execution_context::service {
 public:
  using key_type = exchange_buffers;
  static boost::asio::execution_context::id id;

  explicit exchange_buffers(boost::asio::execution_context& of) : service(of) {}

  /// For a request; good until the loop's next turn, as `room` is.
  std::string& request();

  /// For what is read at once.
  boost::asio::mutable_buffer room() noexcept { return boost::asio::buffer(room_); }

  std::unique_ptr<answer_reader> take_reader();
  void give_back(std::unique_ptr<answer_reader> reader) noexcept;

 private:
  void shutdown() override {}

  std::string request_;
  std::array<char, 16 * 1024> room_{};
  std::vector<std::unique_ptr<answer_reader>> readers_;
};

}  // namespace leadrelay::http
