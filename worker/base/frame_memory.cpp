#include "base/frame_memory.hpp"

#include <sanitizer/asan_interface.h>

#include <array>
#include <new>
#include <utility>

namespace leadrelay::frame_memory {
namespace {

struct free_frame {
  free_frame* next;
};

/// Frames of one size. AddressSanitizer reports who touches one while it is here, but for its first word.
struct free_list {
  free_frame* first = nullptr;
  int count = 0;

  void put(void* memory, std::size_t size) {
    first = new (memory) free_frame{first};
    ++count;
    ASAN_POISON_MEMORY_REGION(first + 1, size - sizeof(free_frame));
  }
  void* take(std::size_t size) {
    ASAN_UNPOISON_MEMORY_REGION(first, size);
    --count;
    return std::exchange(first, first->next);
  }
};

struct thread_memory {
  std::array<free_list, largest_kept / step> lists{};
  bool is_closed = false;  ///< the thread ends
};

constinit thread_local thread_memory kept;

/// Frees what is kept when the thread ends. What it destroys after this is freed at once.
struct thread_end {
  ~thread_end() {
    kept.is_closed = true;
    for (free_list& list : kept.lists)
      while (list.first) ::operator delete(list.take(sizeof(free_frame)));
  }
};

}  // namespace

void* take(std::size_t size) {
  const std::size_t place = (size - 1) / step;
  if (place >= kept.lists.size()) return ::operator new(size);
  free_list& list = kept.lists[place];
  return list.first ? list.take((place + 1) * step) : ::operator new((place + 1) * step);
}

void give_back(void* memory, std::size_t size) noexcept {
  const std::size_t place = (size - 1) / step;
  if (place >= kept.lists.size() || kept.is_closed || kept.lists[place].count == most_kept) return ::operator delete(memory);
  static thread_local const thread_end end;
  static_cast<void>(end);
  kept.lists[place].put(memory, (place + 1) * step);
}

}  // namespace leadrelay::frame_memory
