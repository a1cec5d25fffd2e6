#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leadrelay::providers {

/// A text as it reads whoever has written it: in lower case (ASCII), without the escapes of JSON (however often one JSON text stands in
/// another), the percent-encoding of URLs and forms (RFC 3986, 2.1) and the entities of HTML, and without control characters. Two ways of
/// writing one value fold to the same; so that a value is found in an answer that quotes it, the value is folded, too.
class folded_text {
 public:
  /// `text` of less than 4 GiB.
  explicit folded_text(std::string_view text);

  const std::string& view() const noexcept { return folded_; }
  /// Where in the text the byte of the folded one begins, and where it ends, its escape included.
  std::size_t begin_of(std::size_t at) const noexcept { return begins_[at]; }
  std::size_t end_of(std::size_t at) const noexcept { return ends_[at]; }

 private:
  bool decode_percents();
  void decode_json();
  void decode_entities();
  void fold_bytes();
  void keep(std::size_t& to, char byte, std::size_t first, std::size_t last);
  void resize(std::size_t size);

  std::string folded_;
  std::vector<std::uint32_t> begins_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace leadrelay::providers
