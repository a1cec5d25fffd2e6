#pragma once

#include <cstddef>

/// Memory of the frames of coroutines. Each thread keeps some of each size that frames gave back and gives out the last one first, which is
/// in the processor's caches.
namespace leadrelay::frame_memory {

/// Sizes that are kept are rounded up to whole steps, in bytes; larger ones than the last come from the heap and go back to it.
inline constexpr std::size_t step = 64;
inline constexpr std::size_t largest_kept = 2048;

/// Of each size, as many as a turn of the loop ends and begins anew.
inline constexpr int most_kept = 32;

/// Memory for `size` bytes, at least 1, aligned as `operator new` does, and std::bad_alloc as it throws it.
void* take(std::size_t size);

/// `size` is what was asked for with `take`, on this thread or another one.
void give_back(void* memory, std::size_t size) noexcept;

}  // namespace leadrelay::frame_memory
