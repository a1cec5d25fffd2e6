#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/reason.hpp"

namespace leadrelay {

/// Where the requests of an account go, taken apart from its base URL (RFC 3986, RFC 9110 section 4.2).
struct origin {
  enum class scheme_kind { http, https };
  enum class host_kind { name, ipv4, ipv6 };

  scheme_kind scheme = scheme_kind::https;
  host_kind kind = host_kind::name;
  std::string host;         ///< in lower case; IPv6 without brackets
  std::uint16_t port = 0;   ///< 1 to 65535; 443 or 80 where the URL names none
  std::string path_prefix;  ///< empty, or starting with `/` and not ending with it; still percent-encoded
  std::string host_header;  ///< as the Host header says it: IPv6 in brackets, the port only where it is not the scheme's own

  bool is_tls() const noexcept { return scheme == scheme_kind::https; }
  bool is_address() const noexcept { return kind != host_kind::name; }
  bool operator==(const origin&) const = default;
};

/// Takes a base URL apart: `http` or `https`, a host name, IPv4 address or `[IPv6 address]`, a port and a path where given.
/// User info, query, fragment, dot segments, control characters and everything that is not ASCII are refused. The problem says what
/// is wrong and what would be right; it shows no user info, as that may be a credential. Its `reason` has no meaning here.
outcome<origin> parse_origin(std::string_view base_url);

}  // namespace leadrelay
