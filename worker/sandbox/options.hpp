#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/reason.hpp"
#include "base/time.hpp"
#include "sandbox/provider.hpp"

namespace leadrelay::sandbox {

/// What may go wrong on purpose. At most one of these happens to a request. Before `reset_after` nothing is applied; from there
/// on the change is applied first.
enum class fault {
  hang,          ///< never answers
  reset_before,  ///< RST, nothing applied
  status_429,
  status_503,
  status_500,
  redirect,     ///< 302 to `redirect_location`
  reset_after,  ///< applied, then RST
  malformed,    ///< applied, then bytes that are not HTTP
  truncated,    ///< applied, then an answer cut short in its body
  bad_body,     ///< applied, then a success whose body is not JSON
  oversized,    ///< applied, then a success padded by `oversized_bytes`
};

inline constexpr std::size_t fault_count = 11;

std::string_view to_string(fault) noexcept;

/// At most `requests` in any window of length `per`, for each account key, exactly. Refused requests do not count.
struct limit {
  std::uint32_t requests = 0;
  duration per{};
  bool operator==(const limit&) const = default;
};

/// While more than `above` requests are in the provider, what comes takes `factor` times as long.
struct degradation {
  std::uint32_t above = 0;
  double factor = 1;  ///< 1 to 10,000
};

struct fault_settings {
  std::array<double, fault_count> percents{};  ///< of requests, 0–100 each and together

  double& operator[](fault what) noexcept { return percents[static_cast<std::size_t>(what)]; }
  double operator[](fault what) const noexcept { return percents[static_cast<std::size_t>(what)]; }

  /// `Retry-After` of a `status_429`, in seconds. Without it only the providers whose pages name the header send it, as 1.
  std::optional<std::uint32_t> retry_after_s;
  bool retry_after_as_date = false;  ///< as an HTTP-date instead of seconds
  bool retry_after_on_503 = false;   ///< a `status_503` carries it too (1 second where `retry_after_s` is absent)
  std::size_t oversized_bytes = 9 * 1024 * 1024;
  std::string redirect_location;

  double slow_body = 0;  ///< percent of answers, whatever they are, whose body is dribbled over `slow_body_time`
  duration slow_body_time = std::chrono::seconds{1};
  duration latency{};  ///< of every answer
  duration jitter{};   ///< added to `latency`, uniform from zero to this

  std::vector<std::string> rejected_keys;
  int rejected_status = 401;  ///< or 403, for `rejected_keys`; a missing key is always 401

  std::optional<std::vector<limit>> limits;  ///< instead of `provider_options::limits`
  std::optional<degradation> degrade{};
  std::uint32_t capacity = 0;  ///< requests that are served at once, each for `latency`; the rest queue. 0: any number
};

struct seed_lead {
  std::string id;
  std::string json;  ///< an object: the lead's fields as the provider names them
};

struct provider_options {
  bool known_leads_only = false;         ///< otherwise every lead exists, but for those whose id starts with `missing`
  std::vector<seed_lead> leads;          ///< known to every account key
  std::vector<limit> limits;             ///< all of them hold
  bool unknown_fields_pass = false;      ///< otherwise a field that the page does not name is refused
  bool owner_required = false;           ///< Perch: resourceType and resourceId are marked required, but the page's own example lacks them
  bool bulk_updates = false;             ///< Octanist: all matching leads are updated, instead of 409
  std::vector<std::int64_t> office_ids;  ///< Lead.pro: those that office_id must match; empty: any
  fault_settings faults;
};

struct options {
  std::array<provider_options, provider_count> providers;
  std::uint64_t seed = 1;                  ///< of all faults
  std::size_t kept_requests = 1000;        ///< for `GET /_sandbox/requests`; 0 keeps none
  std::size_t kept_arrivals = 100'000;     ///< newest arrival times kept for each account key, for window checks
  std::size_t largest_body = 1024 * 1024;  ///< of a request, in bytes; beyond it 413

  provider_options& operator[](provider which) noexcept { return providers[static_cast<std::size_t>(which)]; }
  const provider_options& operator[](provider which) const noexcept { return providers[static_cast<std::size_t>(which)]; }
};

/// Sets faults from JSON: `{"all": {…}, "orwel": {…}, "seed": 7}`. `all` comes first whatever the order, a provider's own object
/// replaces what `all` said of it, and what an object leaves out is at its default (no fault). Members: each word of `fault` and
/// `slow_body` (percentages), `retry_after_s`, `retry_after_form` (`seconds`, `date`), `retry_after_on_503`, `oversized_bytes`,
/// `redirect_location`, `slow_body_ms`, `latency_ms`, `jitter_ms`, `rejected_keys`, `rejected_status` (401, 403),
/// `limits` (`[{"requests": 50, "per_ms": 1000}, …]`, at most 16), `degrade` (`{"above": 16, "factor": 10}`), `capacity`; the last two need
/// a `latency_ms`, as answers that take no time are never there at once.
/// On a problem, which names the member, nothing is changed.
outcome<void> set_faults(options& into, std::string_view json);

/// `N/duration` as people write it: `1000/1m`, `100/250ms`.
outcome<limit> parse_limit(std::string_view text);

/// The faults as `set_faults` reads them, of all providers; rejected keys as their number.
std::string faults_json(const options& from);

}  // namespace leadrelay::sandbox
