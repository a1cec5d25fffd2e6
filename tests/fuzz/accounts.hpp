#pragma once

#include <cstddef>

#include "config/configuration.hpp"

namespace leadrelay::fuzz {

/// One of ten accounts, chosen by `number` modulo ten: the five definitions as they are, then each with settings of an account: a base URL
/// with a path, defaults, fields that may be dropped or must be given, another meaning of null.
const config::account& account_of(std::size_t number);

}  // namespace leadrelay::fuzz
