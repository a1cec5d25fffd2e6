// The map that a commit keeps in its metadata. The first byte chooses what the rest is: the text itself; what the text tells, to be given a
// right checksum; or a map, to be encoded. The next eight are the committed offset, least byte first.
#include <cstdint>
#include <limits>
#include <string>

#include "delivery/offset_map.hpp"
#include "fuzz_support.hpp"
#include "offset_map_text.hpp"

namespace leadrelay::fuzz {
namespace {

using delivery::offset_map;

void check_well_formed(const offset_map& map, std::int64_t committed) {
  std::int64_t before = committed;  // in none
  for (const auto& range : map.settled) {
    expect(range.first > before && range.last >= range.first, "settled ranges ascend, apart from one another and the committed offset");
    before = range.last < std::numeric_limits<std::int64_t>::max() ? range.last + 1 : range.last;
  }
  before = committed - 1;
  for (const std::int64_t offset : map.started) {
    expect(offset > before, "started offsets ascend from the committed one on");
    before = offset;
  }
}

/// Whatever decodes can be kept again: as text it is within the broker's bound, and tells the same.
void check_decoding(std::string_view text, std::int64_t committed) {
  const auto decoded = delivery::decode_offset_map(text, committed);
  if (!decoded) return;
  check_well_formed(*decoded, committed);
  const std::string again = delivery::encode(*decoded, committed);
  expect(again.size() <= delivery::most_metadata_bytes, "metadata is within its bound");
  if (decoded->empty()) return expect(again.empty(), "an empty map is no text");
  const auto same = delivery::decode_offset_map(again, committed);
  expect(same && *same == *decoded, "what decodes is encoded to the same");
}

/// Distances of one byte each; 255 stands for a far one.
offset_map map_of(std::string_view bytes, std::int64_t committed) {
  offset_map out{.writer = static_cast<std::uint32_t>(committed), .settled = {}, .started = {}};
  input in(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  const auto distance = [&] {
    const std::uint8_t byte = in.byte();
    return byte == 255 ? std::int64_t{1} << 40 : std::int64_t{byte};
  };
  const std::size_t started = in.byte() % (delivery::most_started + 1);
  for (std::int64_t at = committed; out.started.size() < started; at = out.started.back() + 1) out.started.push_back(at + distance());
  for (std::int64_t at = committed; !in.rest().empty(); at = out.settled.back().last + 1) {
    const std::int64_t first = at + 1 + distance();
    out.settled.push_back({first, first + distance()});
  }
  return out;
}

void check_encoding(const offset_map& map, std::int64_t committed) {
  const std::string text = delivery::encode(map, committed);
  expect(text.size() <= delivery::most_metadata_bytes, "metadata is within its bound");
  expect(is_one_line(text), "metadata is text");
  if (map.empty()) return expect(text.empty(), "an empty map is no text");
  const auto decoded = delivery::decode_offset_map(text, committed);
  expect(decoded && decoded->writer == map.writer, "the writer is kept");
  expect(decoded->started == map.started, "every started offset is kept");
  expect(decoded->settled.size() <= map.settled.size() && std::equal(decoded->settled.begin(), decoded->settled.end(), map.settled.begin()),
         "what is left out is what lies furthest");
  expect(decoded->settled.size() == map.settled.size() || text.size() > delivery::most_settled_bytes, "nothing is left out that fits");
  const auto of_another = delivery::decode_offset_map(text, committed + 1);
  expect(!of_another, "the metadata of another offset is not taken");
}

}  // namespace
}  // namespace leadrelay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leadrelay::fuzz;
  input in(data, size);
  const std::uint8_t what = in.byte();
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 8) number |= std::uint64_t{in.byte()} << shift;
  // Offsets that leave room for all that a map can have above them.
  const auto committed = static_cast<std::int64_t>(number & ((std::uint64_t{1} << 61) - 1));
  switch (what % 4) {
    case 0: check_decoding(in.rest(), committed); break;
    case 1: check_decoding(offset_map_text(in.rest(), committed), committed); break;
    case 2: check_encoding(map_of(in.rest(), committed), committed); break;
    default: check_decoding(offset_map_text(in.rest(), ~committed), ~committed);  // a negative offset
  }
  return 0;
}
