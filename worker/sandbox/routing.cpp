#include "sandbox/routing.hpp"

namespace leadrelay::sandbox {
namespace {

struct prefix {
  std::string_view text;
  provider to;
};

// None begins another, so that their order does not matter.
constexpr std::array<prefix, 5> prefixes{{{"/v1/leads/", provider::perch},
                                          {"/api/v103/leads/", provider::leadpro},
                                          {"/api/v1/leads/", provider::orwel},
                                          {"/api/leads/", provider::octanist},
                                          {"/leads/", provider::leadping}}};

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<route> find_route(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/api/leads") return route{provider::octanist, {}, false};
  for (const prefix& each : prefixes) {
    if (!path.starts_with(each.text)) continue;
    const std::string_view segment = path.substr(each.text.size());
    if (segment.empty() || segment.find('/') != std::string_view::npos) return std::nullopt;
    auto id = percent_decode(segment);
    if (!id) return route{each.to, std::string(segment), true};
    return route{each.to, std::move(*id), false};
  }
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::optional<std::string> query_value(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  std::string_view query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    if (pair.starts_with(name) && pair.size() > name.size() && pair[name.size()] == '=')
      return percent_decode(pair.substr(name.size() + 1));
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace leadrelay::sandbox
