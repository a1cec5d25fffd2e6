#include "http/answer_parser.hpp"

#include <algorithm>

namespace leadrelay::http {
namespace {

/// A body that grew beyond this is not kept for the next answer.
constexpr std::size_t most_kept_bytes = 64 * 1024;

/// What is set aside for a body at once by its Content-Length alone; more as it comes.
constexpr std::uint64_t most_expected_bytes = 64 * 1024;

}  // namespace

void answer_parts::clear() {
  status = 0;
  text.clear();
  fields.clear();
  if (body.capacity() > most_kept_bytes) std::string().swap(body);
  body.clear();
}

providers::answer_header answer_parts::header(std::size_t index) const noexcept {
  const field& of = fields[index];
  const std::string_view all = text;
  return {all.substr(of.name, of.value - of.name), all.substr(of.value, of.end - of.value)};
}

void answer_parser::on_response_impl(int status, text, int, error_code&) { parts_.status = static_cast<unsigned>(status); }

void answer_parser::on_field_impl(boost::beast::http::field, text name, text value, error_code&) {
  const std::size_t begin = parts_.text.size();
  parts_.text.append(name.data(), name.size()).append(value.data(), value.size());
  parts_.fields.push_back({begin, begin + name.size(), parts_.text.size()});
}

void answer_parser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
  if (length) parts_.body.reserve(static_cast<std::size_t>(std::min(*length, most_expected_bytes)));
}

std::size_t answer_parser::on_body_impl(text piece, error_code&) {
  parts_.body.append(piece.data(), piece.size());
  return piece.size();
}

std::size_t answer_parser::on_chunk_body_impl(std::uint64_t, text piece, error_code&) {
  parts_.body.append(piece.data(), piece.size());
  return piece.size();
}

}  // namespace leadrelay::http
