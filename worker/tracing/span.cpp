#include "tracing/span.hpp"

namespace leadrelay::tracing {

void span::add_link(const span_link& to) {
  constexpr std::size_t most_links = 128;
  if (links.size() == most_links) {
    ++dropped_links;
  } else {
    links.push_back(to);
  }
}

bool is_sampled(const sampling& by, const std::optional<trace_context>& parent, const trace_id& id) noexcept {
  if (parent && by.parent_based) return parent->sampled();
  constexpr int bits = 56;
  const std::uint64_t randomness = id.low & ((std::uint64_t{1} << bits) - 1);
  const auto threshold = static_cast<std::uint64_t>((1 - by.ratio) * static_cast<double>(std::uint64_t{1} << bits));
  return randomness >= threshold;
}

}  // namespace leadrelay::tracing
