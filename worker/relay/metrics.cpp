#include "relay/metrics.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace leadrelay::relay {
namespace {

template <class Array>
void add_each(Array& to, const Array& from) noexcept {
  std::transform(to.begin(), to.end(), from.begin(), to.begin(), std::plus<>{});
}

}  // namespace

void histogram::add(duration value) noexcept {
  const double seconds = std::chrono::duration<double>(value).count();
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds);
  ++counts_[static_cast<std::size_t>(bucket - bounds.begin())];
  sum_seconds_ += seconds;
  ++count_;
}

void histogram::add(const histogram& other) noexcept {
  add_each(counts_, other.counts_);
  sum_seconds_ += other.sum_seconds_;
  count_ += other.count_;
}

histogram histogram::since(const histogram& earlier) const noexcept {
  histogram out = *this;
  std::transform(counts_.begin(), counts_.end(), earlier.counts_.begin(), out.counts_.begin(), std::minus<>{});
  out.sum_seconds_ -= earlier.sum_seconds_;
  out.count_ -= earlier.count_;
  return out;
}

double histogram::quantile(double q) const noexcept {
  const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < bounds.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen > rank) return bounds[bucket];
  }
  return count_ == 0 ? 0 : bounds.back();
}

void account_metrics::add(const account_metrics& other) noexcept {
  taken += other.taken;
  delivered += other.delivered;
  merged += other.merged;
  add_each(dead_letters, other.dead_letters);
  add_each(verdicts, other.verdicts);
  add_each(transport_errors, other.transport_errors);
  several_leads_matched += other.several_leads_matched;
  breaker_openings += other.breaker_openings;
  parkings += other.parkings;
  parked += other.parked;
  retries_held_back += other.retries_held_back;
  request_seconds.add(other.request_seconds);
  delivery_seconds.add(other.delivery_seconds);
}

std::uint64_t account_metrics::dead_lettered() const noexcept {
  return std::accumulate(dead_letters.begin(), dead_letters.end(), std::uint64_t{0});
}

void worker_metrics::add(const worker_metrics& other) noexcept {
  records += other.records;
  record_bytes += other.record_bytes;
  add_each(dead_letters, other.dead_letters);
  commits += other.commits;
  commit_errors += other.commit_errors;
  assignments += other.assignments;
  revocations += other.revocations;
  kafka_errors += other.kafka_errors;
  stalls += other.stalls;
  dead_letter_failures += other.dead_letter_failures;
}

}  // namespace leadrelay::relay
