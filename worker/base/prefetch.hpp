#pragma once

#include <cstddef>
#include <cstdint>

namespace leadrelay {

/// Asks the processor for what will be needed soon and has left its caches meanwhile, the first 4 KiB of it; changes nothing else. Bytes
/// that nobody may read are asked for in vain.
inline void prefetch(const void* begin, std::size_t bytes) noexcept {
  constexpr std::uintptr_t line = 64;
  constexpr std::size_t most = 4096;
  const auto first = reinterpret_cast<std::uintptr_t>(begin);
  bytes = bytes < most ? bytes : most;
  for (std::uintptr_t at = first & ~(line - 1); at < first + bytes; at += line) __builtin_prefetch(reinterpret_cast<const void*>(at));
}

/// A part of memory, by where it begins; nothing of it is looked at.
struct memory_part {
  const void* begin = nullptr;
  std::size_t bytes = 0;
};

inline void prefetch(const memory_part& of) noexcept { prefetch(of.begin, of.bytes); }

template <class T>
memory_part part_of(const T& object) noexcept {
  return {&object, sizeof(T)};
}

/// About where the rest of a coroutine's frame is that `local` is a variable of: what resumes it stands before its variables.
template <class T>
memory_part frame_around(const T& local) noexcept {
  constexpr std::uintptr_t before = 128;
  constexpr std::size_t most = 384;
  return {reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(&local) - before), most};
}

}  // namespace leadrelay
