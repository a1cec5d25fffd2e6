#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/yaml_reader.hpp"

namespace leadrelay::config {

/// A variable's value; nothing where it is not set.
using variables = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's environment.
variables of_process();

/// Replaces in each value, keys are left as they are: `${NAME}` by the variable's value, `${NAME:-default}` by `default` where the
/// variable is not set or empty, and `$${` by `${`. One line end at the end of a variable's value is taken off. What is put in is not
/// looked at again, and is part of its value whatever it holds; a value without quotes is read as if it had been written so. An issue
/// at the value for a variable that is not set, a form that is none, bytes that are not UTF-8, and for more than `most_bytes` in all.
/// None shows a variable's value.
void substitute(const YAML::Node& root, const std::string& file, const variables& from, yaml::issues& into);

/// Whether a variable, or a default in place of one, is part of the value.
bool is_substituted(const yaml::reader& at);

/// Whether a single value stands without quotes.
bool is_plain(const yaml::reader& at);

}  // namespace leadrelay::config
