# Writes OUTPUT, a C++ source with the page: PAGE, with STYLE and SCRIPTS (separated by |) put where it says @style@ and @script@, and the
# policy that allows these two alone.

# hex: a SHA-256. out: the same in base64, as a Content-Security-Policy names it.
function(base64_of hex out)
  set(letters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(text "")
  # Three hexadecimal digits are two letters; of the last one of the 64 digits four bits are left.
  foreach(at RANGE 0 63 3)
    string(SUBSTRING "${hex}00" ${at} 3 digits)
    math(EXPR high "0x${digits} >> 6")
    math(EXPR low "0x${digits} & 63")
    string(SUBSTRING ${letters} ${high} 1 first)
    string(SUBSTRING ${letters} ${low} 1 second)
    string(APPEND text ${first}${second})
  endforeach()
  string(SUBSTRING ${text} 0 43 text)
  set(${out} "${text}=" PARENT_SCOPE)
endfunction()

file(READ "${PAGE}" page)
file(READ "${STYLE}" style)
set(script "")
string(REPLACE "|" ";" SCRIPTS "${SCRIPTS}")
foreach(path IN LISTS SCRIPTS)
  file(READ "${path}" text)
  string(APPEND script "${text}")
endforeach()
set(script "'use strict';\n${script}")
foreach(part style script)
  string(SHA256 hash "${${part}}")
  base64_of(${hash} ${part}_hash)
  string(REPLACE "@${part}@" "${${part}}" page "${page}")
endforeach()
set(policy "default-src 'none'; style-src 'sha256-${style_hash}'; script-src 'sha256-${script_hash}'; connect-src 'self'; img-src data:; \
base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
file(WRITE "${OUTPUT}" "#include \"admin/page.hpp\"

namespace leadrelay::admin {

std::string_view page() noexcept { return R\"leadrelay(${page})leadrelay\"; }

std::string_view page_policy() noexcept { return \"${policy}\"; }

}  // namespace leadrelay::admin
")
