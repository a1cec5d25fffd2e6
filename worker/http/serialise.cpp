#include "http/serialise.hpp"

#include <array>
#include <charconv>

namespace leadrelay::http {

void serialise(const outgoing& what, std::string& into) {
  constexpr std::string_view version = " HTTP/1.1\r\n";
  constexpr std::string_view length_name = "Content-Length: ";
  constexpr std::string_view line_end = "\r\n";
  const bool tells_length = !what.body.empty() || (what.method != "GET" && what.method != "HEAD");
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), what.body.size()).ptr;

  into.clear();
  into.reserve(what.method.size() + what.target.size() + what.headers.size() + what.body.size() + 64);
  into.append(what.method).append(1, ' ').append(what.target).append(version).append(what.headers);
  if (tells_length) into.append(length_name).append(digits.data(), end).append(line_end);
  into.append(line_end).append(what.body);
}

}  // namespace leadrelay::http
