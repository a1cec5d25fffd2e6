#include "kafka/properties.hpp"

#include <algorithm>
#include <array>

namespace leadrelay::kafka {
namespace {

constexpr std::array<std::string_view, 7> secrets = {
    "sasl.password",       "ssl.key.password",      "ssl.key.pem", "ssl.keystore.password", "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config", "ssl_key",
};

}  // namespace

std::optional<std::string_view> find_property(const properties& given, std::initializer_list<std::string_view> names) {
  for (auto property = given.rbegin(); property != given.rend(); ++property)
    if (std::ranges::find(names, property->first) != names.end()) return property->second;
  return std::nullopt;
}

properties properties_of_member(properties given, int index, int count) {
  if (count == 1) return given;
  for (auto& [name, value] : given)
    if (name == "group.instance.id") value += "-" + std::to_string(index);
  return given;
}

std::string without_secrets(std::string text, const properties& given) {
  for (const auto& [name, secret] : given) {
    if (secret.empty() || std::ranges::find(secrets, name) == secrets.end()) continue;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) text.replace(at, secret.size(), "***");
  }
  return text;
}

}  // namespace leadrelay::kafka
