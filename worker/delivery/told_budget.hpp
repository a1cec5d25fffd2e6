#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "providers/judge.hpp"

namespace leadrelay::delivery {

/// What a provider says is left of its limits until they start anew (`X-RateLimit-*`, the RateLimit drafts), to all workers together: of
/// each this worker's part may leave, less what it has on the way and what has ended without a word.
///
/// Answers may overtake one another. What an answer says counts as it is where its request was let through since the word that stands had
/// come. Of the others, which may have been counted in any order, the least that is left counts.
class told_budget {
 public:
  /// The part of what is left that is this worker's: `owned` of `total` partitions, also of what has been told.
  void set_share(std::size_t owned, int total) noexcept {
    owned_ = static_cast<std::int64_t>(owned);
    total_ = std::max(total, 1);
  }
  /// Another number after each word that counts.
  std::uint64_t word() const noexcept { return word_; }
  /// An answer to a request that was let through when `word()` was `asked_in` tells these limits; `others` are in flight beside it.
  void tell(std::span<const providers::told_limit> told, std::uint64_t asked_in, int others, time_point now);

  bool open(time_point now) const noexcept { return now >= opens_at(); }
  /// Whether nothing at all is left now, so that not even what was reserved before is to leave.
  bool is_used_up(time_point now) const noexcept {
    return std::ranges::any_of(limits_, [now](const limit& each) { return each.left == 0 && now < each.until; });
  }
  /// The reset that it waits for, if nothing is told meanwhile.
  time_point opens_at() const noexcept;
  void reserve() noexcept { ++used_; }
  /// What has been told is of another provider.
  void forget() noexcept {
    limits_.clear();
    ++word_;
  }
  /// A reserved request does not leave.
  void give_back() noexcept { take_off_one(); }

 private:
  struct limit {
    std::int64_t left = 0;  ///< to all workers, before the `used_`
    time_point until{};
  };

  bool has_room(const limit& of) const noexcept { return of.left * owned_ / total_ > used_; }
  bool lower(std::size_t index, const limit& to, time_point now);
  void take_off_one() noexcept { used_ = std::max<std::int64_t>(used_ - 1, 0); }

  std::vector<limit> limits_;  ///< in the provider's order
  std::int64_t used_ = 0;      ///< this worker's requests that the word does not count, as far as is known
  std::uint64_t word_ = 0;
  std::int64_t owned_ = 1;
  std::int64_t total_ = 1;
};

}  // namespace leadrelay::delivery
