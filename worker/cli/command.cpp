#include "cli/command.hpp"

#include <iostream>

#include "kafka/properties.hpp"

namespace leadrelay::cli {

void check_kafka_properties(const config::configuration& configuration, const std::string& file, yaml::issues& into) {
  for (const kafka::property_problem& problem : kafka::check_properties(configuration.kafka)) {
    const auto place = configuration.kafka_places.find(problem.name);
    yaml::issue issue = place != configuration.kafka_places.end() ? place->second : yaml::issue{file, 1, 1, {}};
    issue.what = problem.name.empty() ? "kafka: " + problem.what : "kafka." + problem.name + ": " + problem.what;
    into.add(std::move(issue));
  }
}

std::optional<config::configuration> load_configuration(const std::string& path) {
  yaml::issues issues;
  auto loaded = config::load_file(path, issues);
  if (loaded) check_kafka_properties(*loaded, path, issues);
  for (const yaml::issue& issue : issues.all()) std::cerr << issue.text() << '\n';
  if (!issues.good()) return std::nullopt;
  return loaded;
}

}  // namespace leadrelay::cli
