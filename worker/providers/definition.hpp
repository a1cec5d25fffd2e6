#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml_reader.hpp"
#include "providers/account_settings.hpp"

namespace leadrelay::providers {

/// How requests of a provider carry the credential.
struct auth_scheme {
  std::string header;  ///< the header's name, as the page writes it
  /// The header's value, `{credential}` standing for the secret; with `basic` the secret is `user:password` and is base64-encoded.
  std::string value;
  bool basic = false;
};

/// A provider's definition, compiled: all there is to know of it. Immutable once made; shared by the accounts that use it.
class definition {
 public:
  const std::string& name() const noexcept;      ///< `perch`
  const std::string& title() const noexcept;     ///< `Perch`
  const std::string& base_url() const noexcept;  ///< the provider's production origin
  const std::string& method() const noexcept;
  std::string target_template() const;           ///< path and query with `{id}`, `{email}` or `{phone}` for the identifiers
  const auth_scheme& auth() const noexcept;
  /// Headers beside auth, Host and Content-Length that every request carries, Content-Type among them.
  const std::vector<std::pair<std::string, std::string>>& headers() const noexcept;
  const std::vector<limit>& limits() const noexcept;
  /// One line a fact, for `leadrelay providers NAME`: call, auth, fields with type and bounds, answers, limits.
  std::string describe() const;

  struct parts;  // what build.cpp and judge.cpp walk; declared in providers/definition_parts.hpp
  const parts& inside() const noexcept { return *parts_; }
  explicit definition(std::unique_ptr<const parts>);
  ~definition();

 private:
  std::unique_ptr<const parts> parts_;
};

/// Compiles a definition's YAML text. Every problem is added to `into` as file, line, column, cause and cure; then nothing is returned.
std::shared_ptr<const definition> compile(const std::string& text, const std::string& file, yaml::issues& into);

/// The definitions by name: those embedded in the program, overridden and extended by the `*.yaml` of `directory` where one is given.
class catalogue {
 public:
  /// Problems are added to `into`; a bad file leaves the embedded definition of its name in place.
  static catalogue load(const std::optional<std::string>& directory, yaml::issues& into);

  /// Null where there is none of that name.
  std::shared_ptr<const definition> find(std::string_view name) const;
  std::vector<std::string_view> names() const;  ///< sorted
  /// The YAML text that the definition was compiled from, and where it came from (`embedded` or a path).
  std::string_view source(std::string_view name) const;
  std::string_view origin(std::string_view name) const;

 private:
  struct entry {
    std::shared_ptr<const definition> compiled;
    std::string source;
    std::string origin;
  };
  std::vector<entry> entries_;
};

}  // namespace leadrelay::providers
