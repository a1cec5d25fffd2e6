#include "delivery/offset_map.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <boost/crc.hpp>

#include "base/base64.hpp"

namespace leadrelay::delivery {
namespace {

constexpr std::string_view prefix = "lr1.";
constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t most_raw_bytes = (most_metadata_bytes - prefix.size()) / 4 * 3;
constexpr char runs_form = 0;
constexpr char bits_form = 1;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// Takes a varint off the front; nothing where there is none, or one beyond what an offset can be.
std::optional<std::int64_t> take_varint(std::string_view& from) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 63 && !from.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return static_cast<std::int64_t>(value);
  }
  return std::nullopt;
}

std::array<char, checksum_bytes> checksum(std::int64_t committed, std::string_view body) {
  boost::crc_32_type crc;
  for (int shift = 0; shift < 64; shift += 8) crc.process_byte(static_cast<unsigned char>(static_cast<std::uint64_t>(committed) >> shift));
  crc.process_bytes(body.data(), body.size());
  std::array<char, checksum_bytes> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(crc.checksum() >> (8 * i));
  return out;
}

struct runs {
  std::string bytes;
  bool whole = true;  ///< whether all fitted
};

runs runs_of(const std::vector<offset_range>& settled, std::int64_t committed, std::size_t most) {
  runs out;
  std::int64_t at = committed;
  for (const offset_range& range : settled) {
    const std::size_t before = out.bytes.size();
    append_varint(out.bytes, static_cast<std::uint64_t>(range.first - at));
    append_varint(out.bytes, static_cast<std::uint64_t>(range.last - range.first + 1));
    if (out.bytes.size() > most) {
      out.bytes.resize(before);
      out.whole = false;
      return out;
    }
    at = range.last + 1;
  }
  return out;
}

std::size_t bytes_as_bits(const std::vector<offset_range>& settled, std::int64_t committed) {
  return settled.empty() ? 0 : static_cast<std::size_t>((settled.back().last - committed) / 8 + 1);
}

std::string bits_of(const std::vector<offset_range>& settled, std::int64_t committed) {
  std::string out(bytes_as_bits(settled, committed), '\0');
  for (const offset_range& range : settled)
    for (std::int64_t offset = range.first; offset <= range.last; ++offset) {
      const auto bit = static_cast<std::size_t>(offset - committed);
      out[bit / 8] = static_cast<char>(static_cast<unsigned char>(out[bit / 8]) | 1u << bit % 8);
    }
  return out;
}

bool read_writer(std::string_view& from, std::uint32_t& out) {
  const auto writer = take_varint(from);
  if (!writer || *writer > std::numeric_limits<std::uint32_t>::max()) return false;
  out = static_cast<std::uint32_t>(*writer);
  return true;
}

bool read_started(std::string_view& from, std::int64_t committed, std::vector<std::int64_t>& out) {
  const auto count = take_varint(from);
  if (!count || static_cast<std::uint64_t>(*count) > from.size()) return false;
  std::int64_t at = committed;
  for (std::int64_t index = 0; index < *count; ++index) {
    const auto distance = take_varint(from);
    if (!distance || *distance > std::numeric_limits<std::int64_t>::max() - at || (index > 0 && *distance == 0)) return false;
    out.push_back(at += *distance);
  }
  return true;
}

bool read_runs(std::string_view from, std::int64_t committed, std::vector<offset_range>& out) {
  std::int64_t at = committed;
  while (!from.empty()) {
    const auto unsettled = take_varint(from);
    const auto settled = take_varint(from);
    if (!unsettled || !settled || *unsettled < 1 || *settled < 1) return false;
    const std::int64_t room = std::numeric_limits<std::int64_t>::max() - at;
    if (*unsettled > room || *settled > room - *unsettled) return false;
    out.push_back({at + *unsettled, at + *unsettled + *settled - 1});
    at = out.back().last + 1;
  }
  return true;
}

bool read_bits(std::string_view from, std::int64_t committed, std::vector<offset_range>& out) {
  if (committed > std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(8 * most_metadata_bytes)) return false;
  for (std::size_t bit = 0; bit < from.size() * 8; ++bit) {
    if ((static_cast<unsigned char>(from[bit / 8]) >> bit % 8 & 1u) == 0) continue;
    const std::int64_t offset = committed + static_cast<std::int64_t>(bit);
    append(out, {offset, offset});
  }
  return out.empty() || out.front().first != committed;
}

}  // namespace

void append(std::vector<offset_range>& ranges, offset_range next) {
  if (!ranges.empty() && ranges.back().last == next.first - 1) {
    ranges.back().last = next.last;
  } else {
    ranges.push_back(next);
  }
}

std::string encode(const offset_map& map, std::int64_t committed) {
  if (map.empty()) return {};
  std::string body;
  append_varint(body, map.writer);
  append_varint(body, map.started.size());
  std::int64_t at = committed;
  for (const std::int64_t offset : map.started) append_varint(body, static_cast<std::uint64_t>(offset - std::exchange(at, offset)));
  const std::size_t room = most_raw_bytes - checksum_bytes - body.size() - 1;
  const runs by_runs = runs_of(map.settled, committed, room);
  const std::size_t bits = bytes_as_bits(map.settled, committed);
  const bool as_bits = bits > 0 && bits <= room && (!by_runs.whole || bits < by_runs.bytes.size());
  body += as_bits ? bits_form : runs_form;
  body += as_bits ? bits_of(map.settled, committed) : by_runs.bytes;
  const auto sum = checksum(committed, body);
  return std::string(prefix) + encode_base64(std::string(sum.data(), sum.size()) + body);
}

std::optional<offset_map> decode_offset_map(std::string_view metadata, std::int64_t committed) {
  if (!metadata.starts_with(prefix) || metadata.size() > most_metadata_bytes || committed < 0) return std::nullopt;
  const auto raw = decode_base64(metadata.substr(prefix.size()));
  if (!raw || raw->size() <= checksum_bytes) return std::nullopt;
  std::string_view body = std::string_view(*raw).substr(checksum_bytes);
  const auto sum = checksum(committed, body);
  if (!std::equal(sum.begin(), sum.end(), raw->begin())) return std::nullopt;
  offset_map out;
  if (!read_writer(body, out.writer) || !read_started(body, committed, out.started) || body.empty()) return std::nullopt;
  const char form = body.front();
  body.remove_prefix(1);
  if (form != runs_form && form != bits_form) return std::nullopt;
  if (!(form == runs_form ? read_runs(body, committed, out.settled) : read_bits(body, committed, out.settled))) return std::nullopt;
  return out;
}

}  // namespace leadrelay::delivery
