#include "base/frame_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace leadrelay::frame_memory {
namespace {

/// Sizes that no coroutine of this program has, so that each test begins with nothing kept.
std::vector<void*> take_many(int count, std::size_t size) {
  std::vector<void*> taken;
  for (int i = 0; i < count; ++i) {
    taken.push_back(take(size));
    std::memset(taken.back(), i, size);
  }
  return taken;
}

TEST(frame_memory, the_last_frame_given_back_is_the_next_one_taken) {
  const std::vector<void*> taken = take_many(3, 192);
  for (void* const frame : taken) give_back(frame, 192);
  EXPECT_EQ(take(192), taken[2]);
  EXPECT_EQ(take(192), taken[1]);
  give_back(taken[1], 192);
  EXPECT_EQ(take(192), taken[1]);
  EXPECT_EQ(take(192), taken[0]);
  for (void* const frame : taken) give_back(frame, 192);
}

TEST(frame_memory, a_frame_is_reused_for_any_size_of_its_step_and_for_no_other) {
  void* const first = take(257);  // 320 bytes
  give_back(first, 257);
  void* const smaller = take(256);
  void* const larger = take(321);
  EXPECT_NE(smaller, first);
  EXPECT_NE(larger, first);
  void* const same = take(320);
  EXPECT_EQ(same, first);
  std::memset(same, 1, 320);
  give_back(same, 320);
  give_back(smaller, 256);
  give_back(larger, 321);
}

TEST(frame_memory, frames_do_not_overlap_and_are_aligned_whatever_their_size) {
  std::vector<std::pair<unsigned char*, std::size_t>> taken;
  for (const std::size_t size : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{65}, largest_kept - 1, largest_kept,
                                 largest_kept + 1, std::size_t{100'000}})
    for (int i = 0; i < 3; ++i) {
      void* const frame = take(size);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame) % __STDCPP_DEFAULT_NEW_ALIGNMENT__, 0U) << size;
      taken.emplace_back(static_cast<unsigned char*>(frame), size);
      std::memset(frame, static_cast<int>(taken.size()), size);
    }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const auto [frame, size] = taken[i];
    EXPECT_EQ(frame[0], i + 1);
    EXPECT_EQ(frame[size - 1], i + 1);
    give_back(frame, size);
  }
}

TEST(frame_memory, no_more_than_most_kept_of_a_size_are_kept) {
  const int count = 3 * most_kept + 8;
  const std::vector<void*> taken = take_many(count, 1472);
  for (void* const frame : taken) give_back(frame, 1472);
  // The first ones given back are those kept, the last of them is taken first.
  for (int i = most_kept - 1; i >= 0; --i) EXPECT_EQ(take(1472), taken[static_cast<std::size_t>(i)]);
  for (int i = 0; i < most_kept; ++i) give_back(taken[static_cast<std::size_t>(i)], 1472);
}

TEST(frame_memory, a_frame_may_be_given_back_on_another_thread_and_what_that_keeps_ends_with_it) {
  const std::vector<void*> taken = take_many(most_kept, 1344);
  std::thread([&] {
    for (void* const frame : taken) give_back(frame, 1344);
    for (int i = 0; i < most_kept; ++i) give_back(take(1344), 1344);
  }).join();
  // A leak, or a frame that two threads have, is what the sanitizers see; here, that this thread's own list is as it was.
  const std::vector<void*> own = take_many(most_kept, 1344);
  EXPECT_EQ(std::set<void*>(own.begin(), own.end()).size(), own.size());
  for (void* const frame : own) give_back(frame, 1344);
}

/// Gives a frame back after the thread's kept ones were freed, as what else lives as long as the thread may.
struct late_owner {
  void* frame = nullptr;
  ~late_owner() {
    if (frame) give_back(frame, 1216);
  }
};

TEST(frame_memory, a_frame_given_back_while_the_thread_ends_is_freed) {
  std::thread([] {
    static thread_local late_owner late;  // begins before the thread keeps anything, and so ends after that
    late.frame = take(1216);
    give_back(take(1216), 1216);
  }).join();
}

}  // namespace
}  // namespace leadrelay::frame_memory
