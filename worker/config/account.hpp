#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/yaml_reader.hpp"
#include "config/configuration.hpp"

namespace leadrelay::config {

/// Reads one account. `key` is where its name stands. Issues and nothing where it is wrong; `references` has what could be read of them
/// either way.
std::optional<account> read_account(const std::string& name, const yaml::reader& key, const yaml::reader& at,
                                    const providers::catalogue& known, account_references& references);

/// `{ env: NAME }`, `{ file: PATH }`, or with a warning the secret itself.
std::optional<credential_source> read_credential_source(const yaml::reader& at);

/// The files, and in `places` where each is named.
tls_settings read_tls(const yaml::reader& at, std::map<std::string, place, std::less<>>& places);

}  // namespace leadrelay::config
