#include "http/answer_reader.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace leadrelay::http {
namespace {

using boost::system::error_code;
using testing::HasSubstr;

const error_code eof = boost::asio::error::eof;
const error_code truncated = boost::asio::ssl::error::stream_truncated;
const error_code reset = boost::asio::error::connection_reset;

/// Hands the bytes over in pieces of at most `piece`.
void feed(answer_reader& reader, std::string_view bytes, std::size_t piece = 4096) {
  while (!bytes.empty() && !reader.over()) {
    const std::string read(bytes.substr(0, piece));
    reader.take(boost::asio::buffer(read), {});
    bytes.remove_prefix(read.size());
  }
}

class answer_reader_test : public testing::Test {
 protected:
  void SetUp() override { reader.start(false, bounds); }

  void end(const error_code& error) { reader.take({}, error); }

  transport_error error_of(std::string_view bytes) {
    reader.start(false, bounds);
    feed(reader, bytes);
    return reader.error();
  }

  std::string body() { return std::string(reader.answer().body); }

  static constexpr answer_bounds bounds{.header = 1024, .body = 100};
  answer_reader reader;
};

TEST_F(answer_reader_test, every_cut_into_pieces_gives_the_same_answer) {
  constexpr std::string_view bytes =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 201 Created\r\nX-A: 1\r\nx-b:  two \r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    reader.start(false, bounds);
    feed(reader, bytes, piece);
    ASSERT_TRUE(reader.whole()) << piece << " " << reader.detail();
    EXPECT_TRUE(reader.keeps_alive());
    const auto got = reader.answer();
    EXPECT_EQ(got.status, 201u);
    EXPECT_EQ(got.body, "hello world");
    ASSERT_GE(got.headers.size(), 3u);
    EXPECT_EQ(got.headers[0].name, "X-A");
    EXPECT_EQ(got.headers[1].value, "two");
  }
}

TEST_F(answer_reader_test, empty_chunked_body_is_whole_however_it_is_cut) {
  constexpr std::string_view bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    reader.start(false, bounds);
    feed(reader, bytes, piece);
    ASSERT_TRUE(reader.whole()) << piece << " " << reader.detail();
    EXPECT_TRUE(reader.keeps_alive());
    EXPECT_EQ(body(), "");
  }
}

TEST_F(answer_reader_test, no_start_of_an_answer_is_whole) {
  constexpr std::string_view bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    for (const auto& how : {eof, truncated, reset}) {
      reader.start(false, bounds);
      feed(reader, bytes.substr(0, size));
      EXPECT_FALSE(reader.over()) << size;
      end(how);
      EXPECT_TRUE(reader.over()) << size;
      EXPECT_FALSE(reader.whole()) << size;
    }
  }
}

TEST_F(answer_reader_test, end_before_the_body_is_a_lost_connection) {
  end(eof);
  EXPECT_EQ(reader.error(), transport_error::connection_lost);
  EXPECT_THAT(reader.detail(), HasSubstr("before the answer"));
  reader.start(false, bounds);
  feed(reader, "HTTP/1.1 200 OK\r\nContent-");
  end(truncated);
  EXPECT_EQ(reader.error(), transport_error::connection_lost);
  EXPECT_THAT(reader.detail(), HasSubstr("within the answer's header"));
}

TEST_F(answer_reader_test, end_within_a_framed_body_is_malformed) {
  for (const std::string_view bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    reader.start(false, bounds);
    feed(reader, bytes);
    end(eof);
    EXPECT_EQ(reader.error(), transport_error::malformed_answer) << bytes;
  }
}

TEST_F(answer_reader_test, body_framed_by_the_end_needs_an_orderly_one) {
  constexpr std::string_view bytes = "HTTP/1.1 200 OK\r\n\r\nhello";
  feed(reader, bytes);
  end(eof);
  EXPECT_TRUE(reader.whole());
  EXPECT_EQ(body(), "hello");
  EXPECT_FALSE(reader.keeps_alive());
  reader.start(false, bounds);
  feed(reader, bytes);
  end(truncated);
  EXPECT_EQ(reader.error(), transport_error::malformed_answer);
  reader.start(false, bounds);
  feed(reader, bytes);
  end(reset);
  EXPECT_EQ(reader.error(), transport_error::connection_lost);
}

TEST_F(answer_reader_test, truncation_after_a_whole_answer_does_not_matter) {
  constexpr std::string_view bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  reader.take(boost::asio::buffer(bytes), truncated);
  EXPECT_TRUE(reader.whole());
}

TEST_F(answer_reader_test, answers_without_a_body_end_with_their_header) {
  for (const std::string_view status : {"204 No Content", "304 Not Modified"}) {
    reader.start(false, bounds);
    feed(reader, "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 10\r\n\r\n");
    EXPECT_TRUE(reader.whole()) << status;
    EXPECT_TRUE(reader.keeps_alive()) << status;
  }
}

TEST_F(answer_reader_test, answer_to_head_has_no_body) {
  reader.start(true, bounds);
  feed(reader, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n");
  EXPECT_TRUE(reader.whole());
  EXPECT_TRUE(reader.keeps_alive());
  EXPECT_EQ(body(), "");
}

TEST_F(answer_reader_test, what_is_not_http_is_malformed) {
  EXPECT_EQ(error_of("SSH-2.0-OpenSSH_9.2\r\n\r\n"), transport_error::malformed_answer);
  EXPECT_EQ(error_of("HTTP/1.1 abc OK\r\n\r\n"), transport_error::malformed_answer);
  EXPECT_EQ(error_of("HTTP/2.0 200 OK\r\n\r\n"), transport_error::malformed_answer);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), transport_error::malformed_answer);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), transport_error::malformed_answer);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), transport_error::malformed_answer);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), transport_error::malformed_answer);
  EXPECT_EQ(error_of("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"), transport_error::malformed_answer);
}

TEST_F(answer_reader_test, status_below_100_is_no_interim_answer) {
  EXPECT_EQ(error_of("HTTP/1.1 002 X\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), transport_error::malformed_answer);
  reader.start(false, bounds);
  feed(reader, "HTTP/1.1 099 X\r\n\r\nrest");
  end(eof);
  EXPECT_EQ(reader.error(), transport_error::malformed_answer);
  EXPECT_THAT(reader.detail(), HasSubstr("99"));
}

TEST_F(answer_reader_test, header_beyond_its_bound_is_too_large) {
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'a')), transport_error::answer_too_large);
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 300; ++i) many += "A: b\r\n";
  EXPECT_EQ(error_of(many), transport_error::answer_too_large);
  EXPECT_THAT(reader.detail(), HasSubstr("1024"));
}

TEST_F(answer_reader_test, body_up_to_its_bound_is_taken) {
  feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'a'));
  EXPECT_TRUE(reader.whole());
  EXPECT_EQ(body().size(), 100u);
}

TEST_F(answer_reader_test, body_beyond_its_bound_is_too_large) {
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"), transport_error::answer_too_large);
  EXPECT_THAT(reader.detail(), HasSubstr("100"));
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n" + std::string(80, 'a') + "\r\n50\r\n"),
            transport_error::answer_too_large);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'a')), transport_error::answer_too_large);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n"), transport_error::answer_too_large);
}

TEST_F(answer_reader_test, bytes_behind_the_answer_end_keep_alive) {
  feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n");
  EXPECT_TRUE(reader.whole());
  EXPECT_EQ(body(), "ok");
  EXPECT_FALSE(reader.keeps_alive());
}

TEST_F(answer_reader_test, start_forgets_everything) {
  feed(reader, "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 2\r\n\r\nokrubbish");
  reader.start(false, bounds);
  EXPECT_FALSE(reader.over());
  feed(reader, "HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nz");
  EXPECT_TRUE(reader.keeps_alive());
  EXPECT_EQ(reader.answer().headers.size(), 1u);
  EXPECT_EQ(body(), "z");
}

TEST_F(answer_reader_test, damaged_answers_never_break_it) {
  const std::string good = "HTTP/1.1 200 OK\r\nContent-Type: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) bytes[random() % bytes.size()] = static_cast<char>(random());
    reader.start(false, bounds);
    feed(reader, bytes, 1 + random() % bytes.size());
    if (!reader.over()) end(eof);
    ASSERT_TRUE(reader.over());
    ASSERT_LE(reader.whole() ? body().size() : 0, 100u);
  }
}

}  // namespace
}  // namespace leadrelay::http
