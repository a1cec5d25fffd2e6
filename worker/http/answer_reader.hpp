#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "http/answer_parser.hpp"
#include "http/connection.hpp"
#include "http/transport.hpp"

namespace leadrelay::http {

/// Makes an answer of the bytes that a connection reads; knows no socket. `start`, then `take` what was read until it is `over`. Interim
/// answers (1xx, RFC 9110 section 15.2) are skipped. Its buffers serve one exchange after the other.
class answer_reader {
 public:
  /// Forgets the answer before. `to_head`: the request was a HEAD, whose answer has no body whatever its header says.
  void start(bool to_head, const answer_bounds& bounds);

  /// What reading gave: bytes, which are not needed any more afterwards, or an error; the end of the stream is one.
  void take(boost::asio::const_buffer bytes, const boost::system::error_code& error);

  bool over() const noexcept { return whole_ || error_ != transport_error::none; }
  bool whole() const noexcept { return whole_; }
  transport_error error() const noexcept { return error_; }
  const std::string& detail() const noexcept { return detail_; }

  /// Whether after the whole answer the connection stays open, with nothing unasked behind the answer.
  bool keeps_alive() const { return whole_ && parser_->keep_alive() && buffer_.size() == 0; }

  /// The whole answer; its views are good until `start`.
  providers::answer answer();

  /// Bytes that its buffers hold.
  std::size_t held_bytes() const noexcept { return buffer_.capacity() + parts_.text.capacity() + parts_.body.capacity(); }

 private:
  void renew_parser();
  std::size_t parse(boost::asio::const_buffer bytes);
  void end_of_stream(bool orderly);
  void answer_ended();
  void fail(transport_error error, std::string detail);
  void fail_parsing(const boost::system::error_code& error);

  answer_bounds bounds_;
  boost::beast::flat_buffer buffer_;  ///< what was taken and is to be seen again with what follows
  answer_parts parts_;
  std::optional<answer_parser> parser_;  ///< a fresh one for each answer: Beast's cannot be used twice
  std::vector<providers::answer_header> headers_;
  std::string detail_;
  transport_error error_ = transport_error::none;
  bool to_head_ = false;
  bool whole_ = false;
};

}  // namespace leadrelay::http
