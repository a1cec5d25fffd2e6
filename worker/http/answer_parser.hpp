#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/beast/http/basic_parser.hpp>

#include "providers/judge.hpp"

namespace leadrelay::http {

/// What an answer consists of, in buffers that serve one answer after the other.
struct answer_parts {
  struct field {
    std::size_t name;   ///< where it begins in `text`
    std::size_t value;  ///< where that begins, and the name ends
    std::size_t end;
  };

  unsigned status = 0;
  std::string text;  ///< names and values of the header's fields, one behind the other
  std::vector<field> fields;
  std::string body;

  void clear();
  providers::answer_header header(std::size_t index) const noexcept;
};

/// Beast's parser of an answer, without its container of fields, which allocates for each of them. Parses one answer into `parts`, which
/// must be clear and outlive it.
class answer_parser final : public boost::beast::http::basic_parser<false> {
 public:
  explicit answer_parser(answer_parts& into) noexcept : parts_(into) {}

 private:
  using error_code = boost::system::error_code;
  using text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, text, text, int, error_code&) override {}
  void on_response_impl(int status, text reason, int version, error_code& error) override;
  void on_field_impl(boost::beast::http::field known, text name, text value, error_code& error) override;
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& error) override;
  std::size_t on_body_impl(text piece, error_code& error) override;
  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t left, text piece, error_code& error) override;
  void on_finish_impl(error_code&) override {}

  answer_parts& parts_;
};

}  // namespace leadrelay::http
