#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sandbox/arrivals.hpp"
#include "sandbox/book.hpp"
#include "sandbox/counters.hpp"
#include "sandbox/dialect.hpp"
#include "sandbox/fault_dice.hpp"
#include "sandbox/limits.hpp"
#include "sandbox/load.hpp"
#include "sandbox/message.hpp"
#include "sandbox/options.hpp"
#include "sandbox/routing.hpp"

namespace leadrelay::sandbox {

/// One provider: what all five do alike around their dialects. Credentials, limits, faults, leads of each account key, and counting.
/// A request is looked at in this order: method, credential, overlap, limit, fault, body, lead. Nothing of it waits.
class desk {
 public:
  /// One account key seen so far.
  struct account {
    account(std::string named, std::size_t kept_arrivals) : label(std::move(named)), arrivals(kept_arrivals) {}

    std::string label;  ///< `key_1`, `key_2`, … in the order they came; reports never show the key
    book leads;
    arrival_log arrivals;
    account_limits limits{{}};
    /// Tokens of the requests under way, by the lead's identity; kept only for answers that take time.
    std::unordered_map<std::string, std::vector<std::uint64_t>, text_hash, std::equal_to<>> in_flight;
  };
  using account_map = std::unordered_map<std::string, account, text_hash, std::equal_to<>>;

  /// `by` is read at every request and must outlive the desk. Throws `std::invalid_argument` where a seeded lead is no JSON object.
  desk(provider which, const provider_options& by, std::uint64_t seed, std::size_t kept_arrivals);

  planned_answer handle(const route& where, const request& what, moment now, std::string_view now_text);

  /// The answer of this token is about to leave, or will never. Unknown tokens do nothing.
  void finish(std::uint64_t token);

  /// Forgets all but options and seeded leads.
  void reset(std::uint64_t seed);

  /// Starts the dice anew.
  void reseed(std::uint64_t seed);

  /// Makes a lead known to every account key, in place of what it was. A problem where `json` is no object.
  outcome<void> seed_lead(std::string_view id, std::string_view json, std::string_view now_text);

  const counters& counted() const noexcept { return counters_; }
  const provider_load& load() const noexcept { return load_; }
  const std::map<std::string, std::uint64_t, std::less<>>& mistakes() const noexcept { return mistakes_; }
  const book& seeded() const noexcept { return seeded_; }
  const account_map& accounts() const noexcept { return accounts_; }
  const dialect& speaks() const noexcept { return *dialect_; }

  /// Whether a token's client still waits; asked before an overlap is counted. Empty: it does.
  std::function<bool(std::uint64_t)> still_waiting;

 private:
  /// One request on its way through the desk.
  struct visit {
    const route& where;
    const request& what;
    moment now;
    std::string_view now_text;
    account* who = nullptr;
    bool update = false;
    bool served = false;  ///< neither its method, its credential nor a limit refuses it, so that it is work for the provider
    std::optional<json::document> body{};  ///< of an update, where it is a JSON object
    std::optional<match> found{};          ///< where the request says which lead it means
  };

  planned_answer decide(visit& of);
  std::optional<planned_answer> check_method(visit& of);
  std::optional<planned_answer> check_credential(visit& of);
  void identify(visit& of);
  void count_overlap(visit& of);
  bool pass_limits(visit& of);
  planned_answer refuse_by_limit(visit& of);
  planned_answer fail_on_purpose(visit& of, fault what);
  planned_answer read(visit& of);
  planned_answer update(visit& of);
  planned_answer apply(visit& of);
  void make_leads(visit& of);
  void count_order(lead& to, std::optional<std::int64_t> sequence, std::size_t body_hash);
  planned_answer intake(visit& of);
  planned_answer failure_answer(failure what, const visit& of, std::span<const violation> found = {}) const;
  void add_limit_headers(const visit& of, planned_answer& to) const;
  void conclude(visit& of, planned_answer& to);
  account& account_of(std::string_view key, std::string_view now_text);

  provider which_;
  const provider_options& options_;
  std::size_t kept_arrivals_;
  std::unique_ptr<dialect> dialect_;
  fault_dice dice_;
  counters counters_;
  std::map<std::string, std::uint64_t, std::less<>> mistakes_;
  book seeded_;  ///< what every account key's book begins as
  account_map accounts_;
  struct under_way {
    account* who = nullptr;
    std::string identity;  ///< empty where the request does not say which lead it means
    bool served = false;
  };
  std::unordered_map<std::uint64_t, under_way> tokens_;
  provider_load load_;
  std::uint64_t tokens_given_ = 0;
  std::uint64_t intakes_ = 0;
};

}  // namespace leadrelay::sandbox
