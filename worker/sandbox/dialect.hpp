#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "sandbox/book.hpp"
#include "sandbox/checks.hpp"
#include "sandbox/message.hpp"
#include "sandbox/options.hpp"

namespace leadrelay::sandbox {

/// Why a request fails, before a provider puts it into its own words.
enum class failure { bad_body, bad_id, invalid, unauthorized, forbidden, not_found, conflict, method, limited, internal, unavailable };

/// The HTTP status that most providers use for it.
int usual_status(failure) noexcept;

/// A sentence for people.
std::string_view usual_message(failure) noexcept;

struct failed {
  int status = 0;
  std::string_view content_type = plain_json;
  std::string body;
};

/// Which leads a request means.
struct match {
  std::vector<lead*> leads;   ///< those known
  std::string identity;       ///< the lead's id, the one it would be made under where none is known; one of them where there are several
  std::size_t to_make = 1;    ///< how many leads the first update makes where none is known
  bool several = false;       ///< several match, and the account does not allow that
  bool never_exists = false;  ///< the identifier starts with `missing`
};

/// How one provider speaks. All that a page says of bodies and answers is in its subclass; credentials, faults, limits and
/// counting are not. Stateless: leads come as arguments.
class dialect {
 public:
  virtual ~dialect() = default;

  /// The credential of the request; empty where it brings none in the form the page asks for.
  virtual std::string_view credential(const request& from) const = 0;

  /// Whether an update is made with this method.
  virtual bool updates_with(std::string_view method) const { return method == "PATCH"; }

  virtual bool valid_id(std::string_view) const { return true; }

  /// What is wrong in the object `body` of an update; `path_id` is the identifier of the path, if the path has one.
  virtual std::vector<violation> check(const json::value& body, std::string_view path_id) const = 0;

  /// The leads that a request means; `body` is an object, or null for a read.
  virtual match find_leads(const json::value& body, std::string_view path_id, book& in) const;

  /// Changes the lead as `body`, which passed `check`, says.
  virtual void apply(const json::value& body, lead& to) const = 0;

  /// Fields that a lead made by its first update has beside those the update sets.
  virtual void fill_new(const json::value&, lead&) const {}

  /// Whether the request does what works, but what its author surely did not mean: a word for the report, or empty.
  virtual std::string_view mistake(const json::value&, const lead&) const { return {}; }

  /// Appends the lead as this provider's JSON object.
  virtual void write_lead(const lead& from, std::string& out) const = 0;

  /// Appends the body of a successful update of `leads`, at least one.
  virtual void write_updated(std::span<const lead* const> leads, std::string_view now_text, std::string& out) const = 0;

  /// Appends the body of a successful read.
  virtual void write_read(const lead& from, std::string_view now_text, std::string& out) const;

  virtual failed fail(failure what, std::span<const violation> found, std::string_view now_text) const = 0;

  /// Where the tests put the number of a change, as JSON Pointer members.
  virtual std::span<const std::string_view> sequence_path() const = 0;

  /// Whether the provider publishes `X-RateLimit-*` headers.
  virtual bool sends_limit_headers() const { return false; }

  /// Whether the provider publishes `Retry-After` with its 429.
  virtual bool sends_retry_after() const { return false; }
};

std::unique_ptr<dialect> make_perch(const provider_options& from);
std::unique_ptr<dialect> make_leadpro(const provider_options& from);
std::unique_ptr<dialect> make_octanist(const provider_options& from);
std::unique_ptr<dialect> make_leadping(const provider_options& from);
std::unique_ptr<dialect> make_orwel(const provider_options& from);
std::unique_ptr<dialect> make_dialect(provider which, const provider_options& from);

/// The token of `Authorization: Bearer TOKEN`, or empty.
std::string_view bearer_token(std::string_view authorization) noexcept;

/// The number at the dialect's sequence path: an integer, or text that is one. Nothing where it is absent or anything else.
std::optional<std::int64_t> sequence_of(const dialect& of, const json::value& body);

/// Appends `"name":value` with a comma before it unless `out` ends in `{`; `json` null writes null.
void append_member(std::string& out, std::string_view name, const std::string* json);
void append_member(std::string& out, std::string_view name, std::string_view json);

/// Appends all fields of the lead as members after others.
void append_fields(std::string& out, const lead& from);

/// `2026-11-21T10:00:00Z` of `2026-11-21T10:00:00.000Z`, quoted; what is no such text stays as it is.
std::string quoted_whole_seconds(std::string_view date_time);

/// Appends the violations as a JSON list of objects: the field under the name that the provider gives it, and `message`.
void append_violations(std::string& out, std::string_view field_name, std::span<const violation> found);

}  // namespace leadrelay::sandbox
