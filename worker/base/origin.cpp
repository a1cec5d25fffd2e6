#include "base/origin.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace leadrelay {
namespace {

constexpr std::string_view expected = "expected a URL such as https://api.example.com";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// RFC 3986 section 3.3, without the percent sign.
bool is_path_character(char c) noexcept {
  return is_digit(c) || is_letter(c) || std::string_view("-._~!$&'()*+,;=:@/").find(c) != std::string_view::npos;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

/// What is wrong, as nothing else is to be told of an outcome that failed.
using complaint = std::optional<std::string>;

complaint check_characters(std::string_view url) {
  if (url.empty()) return "is empty, " + std::string(expected);
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return "holds a control character";
    if (byte == ' ') return "holds a space";
    if (byte >= 0x80) return "holds a character that is not ASCII; write a host name as xn--… and a path percent-encoded";
  }
  return std::nullopt;
}

complaint take_scheme(std::string_view& rest, origin& into) {
  const auto end = rest.find("://");
  if (end == std::string_view::npos) return "has no scheme, " + std::string(expected);
  const std::string scheme = lower_case(rest.substr(0, end));
  rest.remove_prefix(end + 3);
  into.scheme = scheme == "http" ? origin::scheme_kind::http : origin::scheme_kind::https;
  if (scheme == "http" || scheme == "https") return std::nullopt;
  return "has the scheme `" + printable(scheme, 20) + "`, expected http or https";
}

complaint check_label(std::string_view label) {
  if (label.empty()) return "has a host name with an empty part";
  if (label.size() > 63) return "has a host name with a part of more than 63 characters";
  if (label.front() == '-' || label.back() == '-') return "has a host name with a part that starts or ends with `-`";
  const auto allowed = [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; };
  if (!std::all_of(label.begin(), label.end(), allowed)) return "has a host name with a character that cannot stand there";
  return std::nullopt;
}

complaint check_name(std::string_view name) {
  if (name.size() > 253) return "has a host name of more than 253 characters";
  std::string_view label;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    label = name.substr(begin, end - begin);
    if (auto wrong = check_label(label)) return wrong;
    begin = end + 1;
  }
  // A name whose last part is a number is what resolvers take for an IPv4 address in one of its old forms (WHATWG URL, "ends in a number").
  const bool number = std::all_of(label.begin(), label.end(), is_digit) || label.starts_with("0x") || label.starts_with("0X");
  if (number) return "has a host that is neither a name nor an IPv4 address of four numbers";
  return std::nullopt;
}

complaint take_host(std::string_view& authority, origin& into) {
  in6_addr v6{};
  in_addr v4{};
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return "has a `[` without `]`";
    into.host = lower_case(authority.substr(1, end - 1));
    into.kind = origin::host_kind::ipv6;
    authority.remove_prefix(end + 1);
    if (inet_pton(AF_INET6, into.host.c_str(), &v6) != 1) return "has no valid IPv6 address between `[` and `]`";
    return std::nullopt;
  }
  const auto end = std::min(authority.find(':'), authority.size());
  into.host = lower_case(authority.substr(0, end));
  authority.remove_prefix(end);
  if (authority.find(':', 1) != std::string_view::npos) return "has several `:` in its host; an IPv6 address stands in `[` and `]`";
  if (into.host.empty()) return "has no host, " + std::string(expected);
  into.kind = inet_pton(AF_INET, into.host.c_str(), &v4) == 1 ? origin::host_kind::ipv4 : origin::host_kind::name;
  return into.kind == origin::host_kind::name ? check_name(into.host) : std::nullopt;
}

complaint take_port(std::string_view rest, origin& into) {
  into.port = into.is_tls() ? 443 : 80;
  if (rest.empty()) return std::nullopt;
  if (rest.front() != ':') return "goes on after `]` with something that is no port";
  rest.remove_prefix(1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), into.port);
  if (error != std::errc() || end != rest.data() + rest.size() || into.port == 0) return "has a port that is no number from 1 to 65535";
  return std::nullopt;
}

complaint check_path(std::string_view path) {
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (is_path_character(path[at])) continue;
    const bool escape = path[at] == '%' && at + 2 < path.size() && is_hex(path[at + 1]) && is_hex(path[at + 2]);
    if (!escape) return "has a path with `" + printable(path.substr(at, 1)) + "`, which must be percent-encoded there";
  }
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment == "." || segment == "..") return "has a path with the part `" + std::string(segment) + "`";
    begin = end + 1;
  }
  return std::nullopt;
}

complaint take_path(std::string_view path, origin& into) {
  if (path.find('?') != std::string_view::npos) return "has a query, expected none";
  if (path.find('#') != std::string_view::npos) return "has a fragment, expected none";
  if (auto wrong = check_path(path)) return wrong;
  while (path.ends_with('/')) path.remove_suffix(1);
  into.path_prefix = path;
  return std::nullopt;
}

std::string make_host_header(const origin& of) {
  std::string out = of.kind == origin::host_kind::ipv6 ? "[" + of.host + "]" : of.host;
  if (of.port != (of.is_tls() ? 443 : 80)) out += ":" + std::to_string(of.port);
  return out;
}

complaint parse(std::string_view rest, origin& into) {
  if (auto wrong = check_characters(rest)) return wrong;
  if (auto wrong = take_scheme(rest, into)) return wrong;
  const auto authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos)
    return "has user info before its host, expected none; a credential has a key of its own";
  if (auto wrong = take_host(authority, into)) return wrong;
  if (auto wrong = take_port(authority, into)) return wrong;
  if (auto wrong = take_path(rest.substr(authority_end), into)) return wrong;
  into.host_header = make_host_header(into);
  return std::nullopt;
}

}  // namespace

outcome<origin> parse_origin(std::string_view base_url) {
  origin out;
  if (auto wrong = parse(base_url, out)) return problem{reason{}, "the base URL " + *std::move(wrong)};
  return out;
}

}  // namespace leadrelay
