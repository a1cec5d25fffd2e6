#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/explained.hpp"
#include "cli/split_events.hpp"

namespace leadrelay::cli {

int explain(const explain_options& options) {
  const auto configuration = load_configuration(options.config, look::at_properties);
  if (!configuration) return exit_usage;
  const auto text = read_whole(options.event);
  if (!text) {
    std::cerr << text.error().detail << ", expected a file with events, or - for standard input\n";
    return exit_usage;
  }
  const std::vector<std::string_view> events = split_events(*text);
  if (events.empty()) {
    std::cerr << (options.event == "-" ? "standard input" : options.event) << ": holds no event, expected one or more in JSON\n";
    return exit_usage;
  }
  const accounts_by_name known = index_accounts(*configuration);
  for (const std::string_view event : events) {
    const auto explained = explain_record(*configuration, known, events::copy_record(std::nullopt, event, {}), options.reveal);
    if (options.json)
      std::cout << (explained ? json_of(*explained) : json_of(explained.error())) << '\n';
    else
      std::cout << (explained ? text_of(*explained) : text_of(explained.error())) << '\n';
  }
  return exit_well;
}

}  // namespace leadrelay::cli
