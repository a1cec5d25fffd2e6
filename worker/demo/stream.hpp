#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/reason.hpp"
#include "sandbox/provider.hpp"

namespace leadrelay::demo {

/// One record to write, and the reason it must be buried for, if it must.
struct demo_record {
  std::string key;
  std::optional<std::string> value;
  std::optional<reason> expected;
};

/// One lead, with the fields that its provider must hold in the end.
struct demo_lead {
  sandbox::provider provider{};
  std::string id;
  std::string first_name;
  std::string last_name;
  std::int64_t changes = 0;
  /// Top-level field of the provider's own shape → compact JSON, as the last change that named it left it.
  std::map<std::string, std::string> expected;
};

/// A stream of lead changes for all five providers whose outcome is known beforehand: every change bears a number that rises with its
/// lead, in the field by which the sandbox tells order. Some records are bad, each for a reason of its own. The same seed gives the same stream.
class stream {
 public:
  stream(std::uint64_t seed, int leads_of_a_provider);

  /// The next change of a lead chosen at random.
  demo_record next();

  /// One bad record of every reason that the demo shows.
  std::vector<demo_record> bad_records() const;

  const std::vector<demo_lead>& leads() const noexcept { return leads_; }

 private:
  std::mt19937_64 random_;
  std::vector<demo_lead> leads_;
};

/// The account's name of a provider in the demo's configuration: `acme-perch`.
std::string account_name(sandbox::provider of);

/// A new lead of a provider; the number makes its identifier.
demo_lead make_lead(sandbox::provider of, int number, std::mt19937_64& random);

/// The lead's next change: the event's JSON, and `lead.expected` brought up to date.
std::string make_change(demo_lead& lead, std::uint64_t event, std::mt19937_64& random);

}  // namespace leadrelay::demo
