#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/reason.hpp"
#include "base/yaml_reader.hpp"
#include "events/lead_change.hpp"
#include "providers/account_settings.hpp"
#include "providers/request.hpp"

namespace leadrelay::providers {

class definition;

/// A definition as one account applies it: with its base URL's path, its defaults (checked by the definition), what it ignores and
/// requires. Made once at start-up; building a request then walks tables that are ready.
class plan {
 public:
  ~plan();
  plan(plan&&) noexcept;
  plan& operator=(plan&&) noexcept;

  const providers::definition& definition() const noexcept;
  const account_settings& settings() const noexcept;
  std::string_view base_url() const noexcept;  ///< without a trailing slash

  /// The request that `change` becomes, or why it can never be one: `unmapped_field`, `missing_required`, `invalid_field`, or
  /// `invalid_event` where neither `changes` nor `native` says anything of the lead (`{"phone":{}}`, identifiers alone). The detail
  /// names the field and the rule, never the value of a field.
  ///
  /// A snapshot alone is no change, not even for a provider whose request replaces the whole lead: what an event may be does not depend
  /// on the account that it names. Where the account ignores all that changed, the request is `nothing_to_send`, with a snapshot or
  /// without. For a request that replaces, `native` counts as the whole lead only where it says something of it.
  ///
  /// A number is written digit for digit as the JSON event gives it.
  outcome<request> build(const events::lead_change& change) const;

  /// The values of sensitive fields in `change` as texts, for masking what a provider echoes. Short ones (under 3 bytes) are left out.
  std::vector<std::string> sensitive_values(const events::lead_change& change) const;

  /// The request's body with the values of sensitive fields replaced by `"***"`, for people to see.
  std::string masked_body(const request& of) const;

  struct parts;  // what build.cpp, merge.cpp and mask.cpp walk; declared in providers/plan_parts.hpp
  const parts& inside() const noexcept { return *parts_; }
  explicit plan(std::unique_ptr<parts>);

 private:
  friend void share_tables(std::span<plan* const>);

  std::unique_ptr<parts> parts_;
};

/// Gives plans that make the same of their definitions one set of tables between them: of many accounts' changes the tables are then in the
/// processor's caches, whichever account comes next.
void share_tables(std::span<plan* const> plans);

/// Makes an account's plan. Problems (a default that breaks a bound, an unknown field name, a base URL that is no http(s) URL or has
/// a query, user or fragment) are added to `at`'s issues, `at` being the account's node in the configuration; then nothing is returned.
std::optional<plan> make_plan(std::shared_ptr<const definition> of, account_settings settings, const yaml::reader& at);

}  // namespace leadrelay::providers
