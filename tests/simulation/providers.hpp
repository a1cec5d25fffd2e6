#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/transport.hpp"
#include "providers/account_settings.hpp"
#include "simulation/broker.hpp"
#include "simulation/kept_limits.hpp"
#include "simulation/outage_watch.hpp"
#include "simulation/told_watch.hpp"

namespace leadrelay::simulation {

/// How a provider is; numbers are times in a thousand.
struct provider_weather {
  int server_errors = 0;     ///< 500, 502, 503, 504; half of them after the change was applied, but for 503
  int too_many = 0;          ///< 429
  int connections_lost = 0;  ///< half of them after the change was applied
  int hangs = 0;             ///< no answer; half of them after the change was applied
  int connects_fail = 0;
  int connects_slow = 0;
  int closes = 0;  ///< the connection is not kept after the answer
  bool refuses_credential = false;
  enum class outage { none, refuses_connections, fails };
  outage down = outage::none;  ///< for all: no connection is made, or each request is answered with a server's error
  duration slowest{std::chrono::milliseconds{50}};
};

/// What a request's way to its provider takes at most.
inline constexpr duration longest_journey = std::chrono::milliseconds{4};

/// What an exchange will come to; decided when the request leaves, but for what the provider's own limits say where it arrives.
struct fate {
  duration answered_after{};
  duration applied_after{};
  bool applies = false;
  bool applies_if_cut = false;  ///< though the client goes away before
  bool answers = true;
  bool lost = false;    ///< the connection ends instead of an answer
  bool arrives = true;  ///< where it is counted
  unsigned status = 200;
  header_lines headers;
  std::vector<told_left> told;            ///< what they say is left
  std::optional<told_moment> come_again;  ///< when they say so
};

/// What the workers have sent to a provider that keeps limits.
struct use_of_limits {
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;       ///< for its limits
  std::uint64_t own_requests = 0;  ///< of those, to accounts whose own limits are as strict
  std::uint64_t own_refused = 0;

  use_of_limits& operator+=(const use_of_limits& more) noexcept {
    requests += more.requests;
    refused += more.refused;
    own_requests += more.own_requests;
    own_refused += more.own_refused;
    return *this;
  }
};

/// One account's provider: decides each request's fate, applies it to the truth, and counts the windows of its limit.
class provider {
 public:
  using outage = provider_weather::outage;

  provider(surroundings& at, int account, std::vector<providers::limit> limits, const kept_rules& keeps);

  provider_weather weather;

  int account() const noexcept { return account_; }
  fate decide(const departure& sent);
  bool is_down() const noexcept { return weather.down != outage::none; }
  /// Goes down for all, and comes back after some time, whatever the weather is then.
  void go_down();
  outage_watch& outages() noexcept { return outages_; }
  told_watch& told() noexcept { return told_; }
  const use_of_limits& use() const noexcept { return use_; }
  /// From now on no worker goes by more than these; nothing: some do again.
  void expect_stricter(std::optional<std::vector<providers::limit>> limits);
  /// The request has reached the provider, which may refuse it.
  void take(int under, fate& of);
  /// A request leaves the worker; its number among those of the worker.
  std::uint64_t request_leaves(int worker);
  /// The worker has the answer, or nothing (0).
  void request_ends(int worker, std::uint64_t number, unsigned status);
  http::transport_error connect_error();
  duration connect_time();

 private:
  /// What a worker knows of the credential: an answer is a word on it where its request left since the last word.
  struct credential_knowledge {
    std::uint64_t requests = 0;
    std::uint64_t since = 0;  ///< the number of the first request after the last refusal
    int in_flight = 0;
    bool refused = false;
  };

  void decide_trouble(fate& out, int dice);
  void ask_to_wait(fate& out, int seconds);
  void count_arrival(int under);
  void keep_limits(bool late, fate& of);
  void check_window(const providers::limit& limit);

  surroundings& at_;
  int account_;
  outage_watch outages_;
  told_watch told_;
  kept_limits keeps_;
  use_of_limits use_;
  std::vector<providers::limit> limits_;
  duration longest_window_{};
  std::vector<providers::limit> stricter_;
  time_point stricter_since_{};
  std::deque<time_point> arrivals_;                ///< within the longest window
  std::map<int, credential_knowledge> knowledge_;  ///< by worker
};

/// Whether a worker's process is alive: what it has left when it is killed has no effect on the world any more.
struct process_state {
  int worker = 0;
  bool killed = false;
  std::function<std::int64_t(int)> in_flight{};  ///< of an account, those included that have not left
};

std::unique_ptr<http::connector> make_connector(surroundings& at, provider& to, std::shared_ptr<process_state> from);

/// The changes that a request's body names, one for each field that names one.
std::vector<int> changes_in(std::string_view body);

}  // namespace leadrelay::simulation
