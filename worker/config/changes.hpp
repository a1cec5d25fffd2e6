#pragma once

#include <string>
#include <vector>

#include "config/configuration.hpp"

/// What a running worker makes of another configuration: accounts and definitions may change, everything else is for a restart.
namespace leadrelay::config {

/// The keys in which they differ though a running worker cannot change them, as the file has them (`kafka.bootstrap.servers`), never a
/// value; empty where it can take `next`.
std::vector<std::string> restart_keys(const configuration& now, const configuration& next);

/// Whether two accounts of one name are alike in every key, and their definitions in every byte.
bool is_same(const configuration& in_now, const account& now, const configuration& in_next, const account& next);

}  // namespace leadrelay::config
