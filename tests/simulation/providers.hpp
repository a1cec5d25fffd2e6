#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/transport.hpp"
#include "providers/account_settings.hpp"
#include "simulation/broker.hpp"
#include "simulation/outage_watch.hpp"

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

/// What an exchange will come to; decided when the request leaves.
struct fate {
  duration answered_after{};
  duration applied_after{};
  bool applies = false;
  bool applies_if_cut = false;  ///< though the client goes away before
  bool answers = true;
  bool lost = false;  ///< the connection ends instead of an answer
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// One account's provider: decides each request's fate, applies it to the truth, and counts the windows of its limit.
class provider {
 public:
  using outage = provider_weather::outage;

  provider(surroundings& at, int account, std::vector<providers::limit> limits)
      : at_(at),
        account_(account),
        outages_(at, account),
        limits_(std::move(limits)) {}

  provider_weather weather;

  int account() const noexcept { return account_; }
  fate decide(const departure& sent);
  bool is_down() const noexcept { return weather.down != outage::none; }
  /// Goes down for all, and comes back after some time, whatever the weather is then.
  void go_down();
  outage_watch& outages() noexcept { return outages_; }
  /// From now on no worker goes by more than these; nothing: some do again.
  void expect_stricter(std::optional<std::vector<providers::limit>> limits);
  /// The request has reached the provider.
  void count_arrival(int under);
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
  void check_window(const providers::limit& limit);

  surroundings& at_;
  int account_;
  outage_watch outages_;
  std::vector<providers::limit> limits_;
  std::vector<providers::limit> stricter_;
  time_point stricter_since_{};
  std::deque<time_point> arrivals_;                ///< within the longest window
  std::map<int, credential_knowledge> knowledge_;  ///< by worker
};

/// Whether a worker's process is alive: what it has left when it is killed has no effect on the world any more.
struct process_state {
  int worker = 0;
  bool killed = false;
};

std::unique_ptr<http::connector> make_connector(surroundings& at, provider& to, std::shared_ptr<process_state> from);

/// The changes that a request's body names, one for each field that names one.
std::vector<int> changes_in(std::string_view body);

}  // namespace leadrelay::simulation
