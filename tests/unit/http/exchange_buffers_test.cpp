#include "http/exchange_buffers.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

namespace leadrelay::http {
namespace {

struct exchange_buffers_test : testing::Test {
  /// A reader that has read a whole answer with such a body.
  std::unique_ptr<answer_reader> used(std::size_t body) {
    auto reader = buffers.take_reader();
    reader->start(false, {});
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body) + "\r\n\r\n" + std::string(body, 'x');
    reader->take(boost::asio::buffer(answer), {});
    EXPECT_TRUE(reader->whole());
    return reader;
  }

  boost::asio::io_context context{1};
  exchange_buffers& buffers = boost::asio::use_service<exchange_buffers>(context);
};

TEST_F(exchange_buffers_test, reader_that_was_given_back_last_is_taken_first) {
  auto first = used(1);
  auto second = used(1);
  const answer_reader* const last = second.get();
  buffers.give_back(std::move(first));
  buffers.give_back(std::move(second));
  EXPECT_EQ(buffers.take_reader().get(), last);
}

TEST_F(exchange_buffers_test, reader_that_holds_much_is_not_kept) {
  buffers.give_back(used(1 << 20));
  EXPECT_LT(buffers.take_reader()->held_bytes(), 1u << 10);
  buffers.give_back(nullptr);
  EXPECT_NE(buffers.take_reader(), nullptr);
}

TEST_F(exchange_buffers_test, request_that_was_large_is_not_kept) {
  buffers.request().assign(1 << 20, 'x');
  EXPECT_LT(buffers.request().capacity(), 1u << 10);
  buffers.request().assign(1 << 10, 'x');
  EXPECT_GE(buffers.request().capacity(), 1u << 10);
}

}  // namespace
}  // namespace leadrelay::http
