#pragma once

#include <string>
#include <string_view>

#include "base/reason.hpp"
#include "providers/definition.hpp"

namespace leadrelay::providers {

/// The header lines that every request of an account carries, each ended by CR LF: Host, auth, the definition's own, User-Agent, Accept.
/// Content-Length and the empty line are the sender's to add. `host` is the base URL's host and port.
/// A credential that cannot stand in a header (RFC 9110 section 5.5: control characters) is a problem whose text does not show it.
outcome<std::string> make_headers(const definition& of, std::string_view host, std::string_view credential);

}  // namespace leadrelay::providers
