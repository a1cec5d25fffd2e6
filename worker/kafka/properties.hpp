#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadrelay::kafka {

/// librdkafka's own property names and their values, as the configuration gives them.
using properties = std::vector<std::pair<std::string, std::string>>;

/// One thing wrong with a property. `what` says it in librdkafka's words, or says what would be right, and never holds a credential.
struct property_problem {
  std::string name;  ///< the property; empty where the properties do not go together
  std::string what;
};

/// All that is wrong with the properties: unknown names, values librdkafka refuses, those that belong to the worker, missing ones, and
/// those that do not go together. Connects to nothing and reads only the files that the properties name.
std::vector<property_problem> check_properties(const properties& given);

/// Whether the worker sets a property itself, so that the configuration may not: what is wrong and what would be right.
std::optional<std::string> refuse_owned(std::string_view name, std::string_view value);

/// The value of a property by any of its names, the last one given; nothing where it is not given.
std::optional<std::string_view> find_property(const properties& given, std::initializer_list<std::string_view> names);

/// The properties of the member `index` of the `count` members that one process has: where there are several, each is an instance of its
/// own (`group.instance.id` followed by `-` and its index), as a group refuses two members of one instance.
properties properties_of_member(properties given, int index, int count);

/// The text with the values of secret properties taken out, so that it can be logged.
std::string without_secrets(std::string text, const properties& given);

}  // namespace leadrelay::kafka
