#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace leadrelay::dead_letters {

/// A set of offsets, which may lie far apart or close together: about two bytes for each, and a bit for each where they are dense.
class offset_set {
 public:
  void insert(std::int64_t offset);
  bool contains(std::int64_t offset) const noexcept;
  std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t block_offsets = 65'536;
  static constexpr std::size_t most_listed = block_offsets / 16;  // more take less as bits

  struct block {
    std::vector<std::uint16_t> listed;  ///< ascending; empty once there are bits
    std::unique_ptr<std::bitset<block_offsets>> as_bits;
  };
  static bool insert(block& into, std::uint16_t place);

  std::map<std::int64_t, block> blocks_;
  std::size_t size_ = 0;
};

}  // namespace leadrelay::dead_letters
