#pragma once

#include <string_view>

namespace leadrelay::admin {

/// The status page: one HTML document with its styles and its script in it. The build makes it of page.html, page.css and page/*.js.
std::string_view page() noexcept;

/// Its Content-Security-Policy: that style and that script alone, by their hashes, and requests to its own origin.
std::string_view page_policy() noexcept;

}  // namespace leadrelay::admin
