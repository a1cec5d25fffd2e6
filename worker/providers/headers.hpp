#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/reason.hpp"
#include "providers/definition.hpp"

namespace leadrelay::providers {

/// The header lines that every request of an account carries, each ended by CR LF: Host, auth, the definition's own, User-Agent, Accept.
/// Content-Length and the empty line are the sender's to add. `host` is the base URL's host and port.
/// A credential that cannot stand in a header (RFC 9110 section 5.5: control characters) is a problem whose text does not show it.
outcome<std::string> make_headers(const definition& of, std::string_view host, std::string_view credential);

/// The texts in which an answer may echo a credential: as it is and, where it goes as Basic authentication (RFC 7617), its base64 form
/// and its password.
std::vector<std::string> echoes_of(const definition& of, std::string_view credential);

}  // namespace leadrelay::providers
