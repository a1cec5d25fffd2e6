#pragma once

#include <string>

#include "http/transport.hpp"

namespace leadrelay::http {

/// The request as it goes on the wire (RFC 9112 section 2), into a buffer that is used again and again. Content-Length is left out
/// only where there is no body and the method expects none (RFC 9110 section 8.6).
void serialise(const outgoing& what, std::string& into);

}  // namespace leadrelay::http
