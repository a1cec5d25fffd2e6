#include "admin/history.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/json.hpp"

namespace leadrelay::admin {
namespace {

constexpr std::size_t most_marks = 6;
constexpr duration between_marks = 2 * history::every - std::chrono::seconds{1};

std::uint64_t requests_of(const relay::account_snapshot& account) {
  const auto& verdicts = account.counts.verdicts;
  return std::accumulate(verdicts.begin(), verdicts.end(), std::uint64_t{0});
}

std::uint32_t cut(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

std::uint64_t lag_of(const process_snapshot& now) {
  std::uint64_t out = 0;
  for (const relay::relay_snapshot& worker : now.workers)
    for (const relay::partition_snapshot& partition : worker.partitions) out += partition.lag().value_or(0);
  return out;
}

/// `"name":[…]`, of each sample what `value` takes of it.
template <class Samples, class Value>
void array(json::plain_writer<json::buffer>& out, std::string_view name, const Samples& samples, std::size_t first, Value value) {
  out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  out.StartArray();
  for (std::size_t index = first; index < samples.size(); ++index) value(samples[index]);
  out.EndArray();
}

}  // namespace

history::mark history::mark_of(const std::vector<relay::account_snapshot>& accounts, time_point at) {
  mark out{at, {}};
  for (const relay::account_snapshot& each : accounts) {
    const std::uint64_t requests = requests_of(each);
    const std::uint64_t accepted = each.counts.verdicts[static_cast<std::size_t>(providers::verdict::delivered)];
    out.accounts[each.name] = {requests, requests - accepted, each.counts.delivered, each.counts.request_seconds,
                               each.counts.delivery_seconds};
  }
  return out;
}

history::sample history::sample_of(const process_snapshot& now, const std::vector<relay::account_snapshot>& accounts,
                                   const mark& as) const {
  sample out;
  out.milliseconds = cut(static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(as.at - last_.at).count()));
  out.lag = lag_of(now);
  relay::histogram seconds;
  for (const relay::account_snapshot& each : accounts) {
    const account_mark& current = as.accounts.at(each.name);
    const auto known = last_.accounts.find(each.name);
    const account_mark before = known == last_.accounts.end() ? account_mark{} : known->second;
    const std::uint64_t delivered = current.delivered - before.delivered;
    out.delivered += delivered;
    out.failed += current.failed - before.failed;
    out.waiting += each.backlog();
    seconds.add(current.delivery_seconds.since(before.delivery_seconds));
    if (out.accounts.size() < names_.size()) out.accounts.push_back({cut(delivered), cut(each.backlog())});
  }
  out.p50 = seconds.quantile(0.5);
  out.p99 = seconds.quantile(0.99);
  return out;
}

/// Accounts come and go with the configuration: what is known of one that stays stays with it.
void history::name(const std::vector<relay::account_snapshot>& accounts) {
  std::vector<std::string> names;
  if (accounts.size() <= most_accounts)
    for (const relay::account_snapshot& each : accounts) names.push_back(each.name);
  if (names == names_) return;
  for (sample& each : samples_) {
    std::vector<account_sample> renamed(names.size());
    for (std::size_t place = 0; place < names.size(); ++place) {
      const auto before = static_cast<std::size_t>(std::ranges::find(names_, names[place]) - names_.begin());
      if (before < each.accounts.size()) renamed[place] = each.accounts[before];
    }
    each.accounts = std::move(renamed);
  }
  names_ = std::move(names);
}

void history::add(const process_snapshot& now) {
  const std::vector<relay::account_snapshot> accounts = now.accounts();
  name(accounts);
  mark current = mark_of(accounts, now.at);
  if (last_.at != time_point{}) {
    if (samples_.size() == most_samples) samples_.pop_front();
    samples_.push_back(sample_of(now, accounts, current));
    ++count_;
  }
  last_ = current;
  if (!marks_.empty() && now.at - marks_.back().at < between_marks) return;
  if (marks_.size() == most_marks) marks_.pop_front();
  marks_.push_back(std::move(current));
}

/// Of an account that has come since, what it did since then is all that it did.
recent_numbers history::recent(const relay::account_snapshot& now, time_point at) const {
  if (marks_.empty()) return {};
  const auto known = marks_.front().accounts.find(now.name);
  const account_mark then = known == marks_.front().accounts.end() ? account_mark{} : known->second;
  return {.seconds = std::chrono::duration<double>(at - marks_.front().at).count(),
          .requests = requests_of(now) - then.requests,
          .delivered = now.counts.delivered - then.delivered,
          .request_seconds = now.counts.request_seconds.since(then.request_seconds),
          .delivery_seconds = now.counts.delivery_seconds.since(then.delivery_seconds)};
}

std::string history::json(std::uint64_t after) const {
  const std::uint64_t before_first = count_ - samples_.size();
  const std::size_t first = after <= before_first ? 0 : static_cast<std::size_t>(std::min(after, count_) - before_first);
  json::buffer buffer;
  json::plain_writer<json::buffer> out(buffer);
  out.StartObject();
  out.Key("last");
  out.Uint64(count_);
  array(out, "milliseconds", samples_, first, [&](const sample& each) { out.Uint(each.milliseconds); });
  array(out, "delivered", samples_, first, [&](const sample& each) { out.Uint64(each.delivered); });
  array(out, "failed", samples_, first, [&](const sample& each) { out.Uint64(each.failed); });
  array(out, "waiting", samples_, first, [&](const sample& each) { out.Uint64(each.waiting); });
  array(out, "lag", samples_, first, [&](const sample& each) { out.Uint64(each.lag); });
  array(out, "p50", samples_, first, [&](const sample& each) { out.Double(each.p50); });
  array(out, "p99", samples_, first, [&](const sample& each) { out.Double(each.p99); });
  out.Key("accounts");
  out.StartArray();
  for (std::size_t place = 0; place < names_.size(); ++place) {
    out.StartObject();
    out.Key("account");
    out.String(names_[place].data(), static_cast<rapidjson::SizeType>(names_[place].size()));
    array(out, "delivered", samples_, first, [&](const sample& each) { out.Uint(each.accounts[place].delivered); });
    array(out, "waiting", samples_, first, [&](const sample& each) { out.Uint(each.accounts[place].waiting); });
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace leadrelay::admin
