#include "http/answer_reader.hpp"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

namespace leadrelay::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

/// The end of a chunked body, `0 CR LF CR LF` (RFC 9112 section 7.1). Beast asserts that it is shown no less of it a second time.
constexpr std::size_t least_chunked_end = 5;

}  // namespace

void answer_reader::start(bool to_head, const answer_bounds& bounds) {
  bounds_ = bounds;
  to_head_ = to_head;
  whole_ = false;
  error_ = transport_error::none;
  detail_.clear();
  buffer_.clear();
  renew_parser();
}

void answer_reader::renew_parser() {
  parts_.clear();
  parser_.emplace(parts_);
  parser_->header_limit(bounds_.header);
  parser_->body_limit(bounds_.body);
  parser_->eager(true);
  parser_->skip(to_head_);
}

void answer_reader::take(boost::asio::const_buffer bytes, const error_code& error) {
  if (bytes.size() > 0 && buffer_.size() == 0) {
    bytes += parse(bytes);
    buffer_.commit(boost::asio::buffer_copy(buffer_.prepare(bytes.size()), bytes));
  } else if (bytes.size() > 0) {
    buffer_.commit(boost::asio::buffer_copy(buffer_.prepare(bytes.size()), bytes));
    buffer_.consume(parse(buffer_.cdata()));
  }
  if (over() || !error) return;
  if (error == boost::asio::error::eof) return end_of_stream(true);
  if (error == boost::asio::ssl::error::stream_truncated) return end_of_stream(false);
  fail(transport_error::connection_lost, (parser_->got_some() ? "lost within the answer: " : "lost before the answer: ") + error.message());
}

/// How many of the bytes it has used.
std::size_t answer_reader::parse(boost::asio::const_buffer bytes) {
  const std::size_t size = bytes.size();
  while (!over() && bytes.size() > 0) {
    if (parser_->is_header_done() && parser_->chunked() && bytes.size() < least_chunked_end) break;
    error_code error;
    const std::size_t used = parser_->put(bytes, error);
    bytes += used;
    if (error && error != beast_http::error::need_more) fail_parsing(error);
    if (error) break;
    if (parser_->is_done()) {
      answer_ended();
    } else if (used == 0) {
      break;
    }
  }
  return size - bytes.size();
}

void answer_reader::answer_ended() {
  const unsigned status = parts_.status;
  if (status == 101) return fail(transport_error::malformed_answer, "switches to a protocol that was not asked for");
  if (status < 100) return fail(transport_error::malformed_answer, "not HTTP: status " + std::to_string(status));
  if (status < 200) return renew_parser();
  whole_ = true;
}

void answer_reader::end_of_stream(bool orderly) {
  if (!parser_->got_some() && buffer_.size() == 0) return fail(transport_error::connection_lost, "closed before the answer");
  if (!parser_->is_header_done()) return fail(transport_error::connection_lost, "closed within the answer's header");
  if (!orderly && parser_->need_eof())
    return fail(transport_error::malformed_answer, "closed without TLS's own end, so that the answer may be cut short");
  error_code error;
  parser_->put_eof(error);
  if (error) return fail(transport_error::malformed_answer, "closed within the answer's body");
  answer_ended();
}

void answer_reader::fail_parsing(const error_code& error) {
  const bool header = error == beast_http::error::header_limit || error == beast_http::error::buffer_overflow;
  if (header) return fail(transport_error::answer_too_large, "header of more than " + std::to_string(bounds_.header) + " bytes");
  if (error == beast_http::error::body_limit)
    return fail(transport_error::answer_too_large, "body of more than " + std::to_string(bounds_.body) + " bytes");
  fail(transport_error::malformed_answer, "not HTTP: " + error.message());
}

void answer_reader::fail(transport_error error, std::string detail) {
  error_ = error;
  detail_ = std::move(detail);
}

providers::answer answer_reader::answer() {
  headers_.clear();
  for (std::size_t index = 0; index < parts_.fields.size(); ++index) headers_.push_back(parts_.header(index));
  return {.status = parts_.status, .headers = headers_, .body = parts_.body};
}

}  // namespace leadrelay::http
