#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/crc.hpp>

#include "base/base64.hpp"

namespace leadrelay::fuzz {

/// An offset map's text with `body` and the checksum that the format asks for, which a fuzzer does not find by itself.
inline std::string offset_map_text(std::string_view body, std::int64_t committed) {
  boost::crc_32_type crc;
  for (int shift = 0; shift < 64; shift += 8) crc.process_byte(static_cast<unsigned char>(static_cast<std::uint64_t>(committed) >> shift));
  crc.process_bytes(body.data(), body.size());
  std::string raw;
  for (int shift = 0; shift < 32; shift += 8) raw += static_cast<char>(crc.checksum() >> shift);
  return "lr1." + encode_base64(raw + std::string(body));
}

}  // namespace leadrelay::fuzz
