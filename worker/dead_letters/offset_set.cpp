#include "dead_letters/offset_set.hpp"

#include <algorithm>

namespace leadrelay::dead_letters {
namespace {

constexpr int place_bits = 16;

std::uint16_t place_of(std::int64_t offset) noexcept { return static_cast<std::uint16_t>(offset & 0xFFFF); }

}  // namespace

bool offset_set::insert(block& into, std::uint16_t place) {
  if (into.as_bits) {
    if (into.as_bits->test(place)) return false;
    into.as_bits->set(place);
    return true;
  }
  const auto at = std::lower_bound(into.listed.begin(), into.listed.end(), place);
  if (at != into.listed.end() && *at == place) return false;
  into.listed.insert(at, place);
  if (into.listed.size() <= most_listed) return true;
  into.as_bits = std::make_unique<std::bitset<block_offsets>>();
  for (const std::uint16_t each : into.listed) into.as_bits->set(each);
  into.listed = {};
  return true;
}

void offset_set::insert(std::int64_t offset) {
  if (insert(blocks_[offset >> place_bits], place_of(offset))) ++size_;
}

bool offset_set::contains(std::int64_t offset) const noexcept {
  const auto found = blocks_.find(offset >> place_bits);
  if (found == blocks_.end()) return false;
  const block& in = found->second;
  return in.as_bits ? in.as_bits->test(place_of(offset)) : std::binary_search(in.listed.begin(), in.listed.end(), place_of(offset));
}

}  // namespace leadrelay::dead_letters
