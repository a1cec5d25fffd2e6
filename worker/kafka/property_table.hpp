#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadrelay::kafka {

/// Which clients a property is for.
enum class scope { consumer, producer, both };

/// The properties that this librdkafka knows, as it lists them itself.
class property_table {
 public:
  /// Reads the table that `rd_kafka_conf_properties_show` prints: a line a property, `name | C, P or * | range | …`.
  explicit property_table(std::string_view printed);

  /// The scope; nothing for a name the table does not have. Names that are both global and of a topic have the wider scope.
  std::optional<scope> find(std::string_view name) const;

  std::vector<std::string_view> names() const;

 private:
  std::map<std::string, scope, std::less<>> scopes_;
};

/// The table of the librdkafka that is linked, read once.
const property_table& known_properties();

}  // namespace leadrelay::kafka
