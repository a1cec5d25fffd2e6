#include "dead_letters/offset_marks.hpp"

#include <algorithm>

namespace leadrelay::dead_letters {
namespace {

constexpr int place_bits = 16;

std::uint16_t place_of(std::int64_t offset) noexcept { return static_cast<std::uint16_t>(offset & 0xFFFF); }

}  // namespace

void offset_marks::spread(block& of) {
  of.table = std::make_unique<std::array<std::uint16_t, block_offsets>>();
  for (const listed& each : of.list) (*of.table)[each.place] = each.mark;
  of.list = {};
}

void offset_marks::set(std::int64_t offset, std::uint16_t mark) {
  block& in = blocks_[offset >> place_bits];
  const std::uint16_t place = place_of(offset);
  if (!in.table && in.list.size() == most_listed) spread(in);
  if (in.table) {
    (*in.table)[place] = mark;
    return;
  }
  const auto at = std::ranges::lower_bound(in.list, place, {}, &listed::place);
  if (at != in.list.end() && at->place == place)
    at->mark = mark;
  else
    in.list.insert(at, {place, mark});
}

std::uint16_t offset_marks::at(std::int64_t offset) const noexcept {
  const auto found = blocks_.find(offset >> place_bits);
  if (found == blocks_.end()) return 0;
  const block& in = found->second;
  const std::uint16_t place = place_of(offset);
  if (in.table) return (*in.table)[place];
  const auto at = std::ranges::lower_bound(in.list, place, {}, &listed::place);
  return at != in.list.end() && at->place == place ? at->mark : std::uint16_t{0};
}

}  // namespace leadrelay::dead_letters
