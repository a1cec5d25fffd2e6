#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/loop.hpp"

namespace leadrelay::simulation {

/// An invariant that did not hold: its name, and what was seen.
struct violation {
  std::string invariant;
  std::string text;
};

/// What happens in one run, event after event: counted, hashed, so that two runs can be compared, and printed where asked for.
/// Also keeps the first violation; what follows a violation is of no interest.
class trace {
 public:
  using value = std::pair<std::string_view, std::int64_t>;

  trace(const loop& on, bool prints) : loop_(on), began_(on.now()), prints_(prints) {}

  /// One simulated event: something crossed the border between a worker and its world, or the world has changed.
  void event(std::string_view what, std::initializer_list<value> values);
  /// Something worth reading that is no event of its own.
  void remark(std::string_view text, std::string_view more = {});
  void broken(std::string_view invariant, const std::string& text);

  time_point now() const { return loop_.now(); }
  std::uint64_t events() const noexcept { return events_; }
  std::uint64_t hash() const noexcept { return hash_; }
  const std::optional<violation>& first_violation() const noexcept { return first_; }

 private:
  void mix(std::uint64_t number) noexcept;
  double seconds() const;

  const loop& loop_;
  time_point began_;
  bool prints_;
  std::uint64_t events_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
  std::optional<violation> first_;
};

}  // namespace leadrelay::simulation
