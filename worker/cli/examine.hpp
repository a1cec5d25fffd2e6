#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"
#include "kafka/properties.hpp"

namespace leadrelay::cli {

/// How far a configuration is looked into.
enum class look {
  at_properties,  ///< the file, and its Kafka properties as librdkafka takes them
  at_secrets,     ///< the credentials and the TLS files, too
};

/// Reads a configuration and adds all that is wrong with it, each problem at its own place, in the order of their places; whatever is
/// wrong first hides nothing that can be told without it. A configuration where there are no problems but warnings. Connects to nothing.
std::optional<config::configuration> examine(const std::vector<std::string>& paths, look how, yaml::issues& into);

/// The property that librdkafka's problem is reported at: its own, or the first of those that do not go together which the text names and
/// the configuration gives; empty where it is none of them.
std::string_view property_of(const kafka::property_problem& found, const config::configuration& in);

}  // namespace leadrelay::cli
