#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "config/changes.hpp"
#include "relay/prepared.hpp"
#include "relay/relay.hpp"

// Another configuration while the worker runs: docs/decisions/reload.md says what is taken when. The first is taken the same way.
namespace leadrelay::relay {
namespace {

/// A broker that does not answer for so long refuses the reload.
constexpr duration longest_lookup = std::chrono::seconds{20};

problem about(const std::string& account, const std::string& what) { return {reason::rejected, "account " + account + ": " + what}; }

}  // namespace

// --- Making ready ----------------------------------------------------------------------------------------------------------------------

task<outcome<void>> relay::prepare(std::shared_ptr<const config::configuration> next) {
  abandon();
  auto made = make_ready(std::move(next));
  if (!made) co_return made.error();
  const std::weak_ptr<prepared_reload> ready = prepared_ = std::move(*made);
  if (!prepared_->logs.empty() && reader_ && mover_) {
    consumer_.add_beside(prepared_->logs, [this, ready](const std::vector<kafka::assigned_partition>& found) {
      const auto waiting = ready.lock();
      if (!waiting) return;
      waiting->looked_up(found);
      tell_progress();
    });
    const std::function<bool()> known = [&] { return draining_ || !prepared_ || prepared_->is_looked_up; };
    const bool in_time = co_await until(known, loop_.now() + longest_lookup);
    if (!in_time) {
      abandon();
      co_return problem{reason::rejected, "the broker does not tell whether changes of the added accounts are parked"};
    }
  }
  if (draining_ || !prepared_) co_return problem{reason::rejected, "the worker ends"};
  co_return outcome<void>();
}

outcome<std::shared_ptr<prepared_reload>> relay::make_ready(std::shared_ptr<const config::configuration> next) {
  auto out = std::make_shared<prepared_reload>();
  if (const auto parked = find_parked_of_removed(*next)) return *parked;
  for (const config::account& each : next->accounts) {
    auto made = make_change(*next, std::shared_ptr<const config::account>(next, &each));
    if (!made) return made.error();
    if (!made->of)
      for (const std::string& source : next->topics.lead_changes) out->logs[source].push_back(next->parked_topic(each.name, source));
    out->changes.push_back(std::move(*made));
  }
  out->next = std::move(next);
  return out;
}

/// Nobody would read back what is parked of an account that is not there.
std::optional<problem> relay::find_parked_of_removed(const config::configuration& next) const {
  for (const auto& each : accounts_) {
    if (each->is_removed() || (!each->any_parked() && each->to_move() == 0)) continue;
    const bool stays = std::ranges::any_of(next.accounts, [&](const config::account& one) { return one.name == each->name(); });
    if (!stays) return about(each->name(), "changes of it are parked, so that it cannot be removed yet; expected none");
  }
  return std::nullopt;
}

outcome<account_change> relay::make_change(const config::configuration& next, std::shared_ptr<const config::account> settings) {
  account_change out;
  const auto found = accounts_by_name_.find(settings->name);
  out.of = found == accounts_by_name_.end() ? nullptr : found->second;
  out.terms = std::make_shared<account_terms>(settings);
  if (out.of) {
    const account_terms& before = *out.of->terms();
    out.is_same = !out.of->is_removed() && config::is_same(*configuration_, *before.settings, next, *settings);
    out.terms->version = before.version + (out.is_same ? 0 : 1);
    out.terms->destination = before.destination + (go_alike(*before.settings, *settings) ? 0 : 1);
    if (out.is_same) return out;
  }
  auto pool = pools_.pool_of(*settings);
  if (!pool) return pool.error();
  out.pool = std::move(*pool);
  const auto secret = config::read_credential(settings->credential);
  if (!secret) return about(settings->name, secret.error().detail);
  auto lines = make_header_lines(*settings, *secret);
  if (!lines) return about(settings->name, lines.error().detail);
  out.secret = *secret;
  out.headers = std::move(*lines);
  return out;
}

void relay::abandon() { prepared_.reset(); }

// --- Taking ----------------------------------------------------------------------------------------------------------------------------

void relay::apply() {
  const auto ready = std::exchange(prepared_, nullptr);
  if (ready && !draining_) take(*ready);
}

void relay::take(prepared_reload& ready) {
  configuration_ = ready.next;
  auto former = std::exchange(accounts_, {});
  for (account_change& each : ready.changes) accounts_.push_back(take_account(std::move(each), former));
  for (auto& each : former) {
    if (!each) continue;
    each->remove(loop_.now());
    accounts_.push_back(std::move(each));
  }
  pools_.forget_unused();
  first_to_move_ = 0;
  ahead_.set_enough(enough_ahead());
  rest_or_read();
  take_over_added(ready);
  forget_removed();
  parking_check_at_ = {};
  check_parking();
  if (std::ranges::any_of(accounts_, [](const auto& each) { return each->is_removed(); })) keep_watch();
}

/// The account that has changed, out of `former`; one that is new.
std::unique_ptr<account> relay::take_account(account_change change, std::vector<std::unique_ptr<account>>& former) {
  if (!change.of) {
    auto made = std::make_unique<account>(loop_, std::move(change), first_concurrency_);
    introduce(*made);
    return made;
  }
  auto out = std::move(*std::ranges::find(former, change.of, &std::unique_ptr<account>::get));
  const bool is_same = change.is_same;
  out->take(std::move(change));
  if (!is_same) watch_secret(*out);
  return out;
}

void relay::introduce(account& added) {
  accounts_by_name_.emplace(added.name(), &added);
  for (const std::string& source : configuration_->topics.lead_changes)
    accounts_by_log_.emplace(configuration_->parked_topic(added.name(), source), &added);
  // Who had the account's requests of these partitions until now is not known here.
  added.gate().set_share({.owned = {}, .total = partitions_in_all_}, loop_.now(), loop_.wall_now());
  added.gate().set_share(share(), loop_.now(), loop_.wall_now());
  watch_secret(added);
}

/// What has come to the file since it was read is used at once.
void relay::watch_secret(account& of) {
  secret_watch_.remove(&of);
  const config::credential_source& from = of.settings().credential;
  if (from.from != config::credential_source::kind::file) return;
  secret_watch_.add(from.text, &of, [to = &of](const outcome<std::string>& read) { return to->take_credential(read); });
  of.take_credential(config::read_credential(from));
}

/// What a former life of an added account has parked.
void relay::take_over_added(const prepared_reload& ready) {
  if (!reader_ || !mover_ || ready.logs.empty()) return;
  for (const auto& source : sources()) {
    const auto found = ready.beside.find(name_of(*source));
    const auto added = ready.logs.find(source->topic);
    if (found == ready.beside.end() || added == ready.logs.end()) continue;
    for (const kafka::beside_partition& each : found->second)
      if (std::ranges::find(added->second, each.partition.topic) != added->second.end())
        take_over_log(*accounts_by_log_.at(each.partition.topic), source, each);
  }
  if (!renewals_.empty()) commit_soon(haste::within_interval);
}

// --- Accounts that were removed --------------------------------------------------------------------------------------------------------

/// None while a reload is made ready, which may bring it back.
void relay::forget_removed() {
  if (prepared_) return;
  for (const auto& each : accounts_)
    if (each->is_over()) forget(*each);
  std::erase_if(accounts_, [](const auto& each) { return each->is_over(); });
}

void relay::forget(account& gone) {
  std::vector<kafka::topic_partition> logs;
  gone.each_partition([&](const account_partition& each) { logs.push_back(name_of(*each.log)); });
  for (const kafka::topic_partition& each : logs) give_up(each);
  std::erase_if(accounts_by_log_, [&](const auto& each) { return each.second == &gone; });
  accounts_by_name_.erase(gone.name());
  secret_watch_.remove(&gone);
  log::info("account removed", {{"account", gone.name()}});
}

}  // namespace leadrelay::relay
