#pragma once

#include "base/yaml_reader.hpp"
#include "config/configuration.hpp"

/// The parts of a configuration beside its accounts. Each reads what it can and adds an issue for the rest.
namespace leadrelay::config {

void read_kafka(const yaml::reader& at, configuration& into);
void read_topics(const yaml::reader& at, topics& into);
void read_admin(const yaml::reader& at, admin_settings& into);
void read_log(const yaml::reader& at, log_settings& into);

/// The value of a librdkafka property, or nothing.
const std::string* find_kafka(const configuration& in, std::string_view name) noexcept;

}  // namespace leadrelay::config
