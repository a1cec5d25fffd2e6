#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "events/lead_change.hpp"
#include "providers/plan.hpp"

namespace leadrelay::providers {

/// Whether the change's request is never merged with others': the change has `native`, or a null anywhere in `changes`.
bool keeps_own_request(const events::lead_change& change);

/// Changes of one lead, in their order, as one request that leaves the lead as their own requests, one after another, would.
///
/// What is merged are the requests' bodies, leaf by leaf: the later wins, and inside an object only where the definition lists fields
/// inside it. A request that replaces the whole lead is the last one's. An object that the definition does not look into is overwritten
/// only by one that has all its members, as a provider may replace it or merge it.
class merger {
 public:
  explicit merger(const plan& by) : plan_(by.inside()) {}

  /// Takes the next change in. False, and all is as before, where it keeps its own request: it has `native`, a null anywhere in `changes`
  /// or what becomes one, appends, may not be repeated, says nothing, becomes no request; or with those before it would become none that
  /// goes to the same place or none that the definition allows.
  bool add(const events::lead_change& next);

  std::size_t size() const noexcept { return size_; }

  /// The request of all of them; of at least one.
  request build() const;

 private:
  using leaf_texts = std::vector<std::string>;  ///< by leaf, compact JSON; empty where nothing stands

  bool fits(const request& made, const events::lead_change& next) const;
  bool overlay(leaf_texts& below, const leaf_texts& above) const;
  bool companions_agree(const leaf_texts& in) const;

  const plan::parts& plan_;
  std::size_t size_ = 0;
  request head_;                       ///< all but the body
  std::vector<std::string> identity_;  ///< id, email and phone
  leaf_texts leaves_;
};

}  // namespace leadrelay::providers
