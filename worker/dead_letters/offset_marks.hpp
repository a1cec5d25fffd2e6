#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace leadrelay::dead_letters {

/// A number for each of some offsets, which may lie far apart or close together: four bytes for each, two where they are dense.
class offset_marks {
 public:
  /// `mark` is not 0, and takes the place of one before.
  void set(std::int64_t offset, std::uint16_t mark);
  /// 0 where there is none.
  std::uint16_t at(std::int64_t offset) const noexcept;

 private:
  static constexpr std::size_t block_offsets = 65'536;
  static constexpr std::size_t most_listed = block_offsets / 2;  // more take less side by side

  struct listed {
    std::uint16_t place;
    std::uint16_t mark;
  };
  struct block {
    std::vector<listed> list;  ///< by place; empty once there is a table
    std::unique_ptr<std::array<std::uint16_t, block_offsets>> table;
  };
  static void spread(block& of);

  std::map<std::int64_t, block> blocks_;
};

}  // namespace leadrelay::dead_letters
