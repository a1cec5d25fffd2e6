# Writes OUTPUT, a C++ source with the text of every file in FILES (separated by |), so that the program needs no files beside it.
string(REPLACE "|" ";" FILES "${FILES}")
set(entries "")
foreach(path IN LISTS FILES)
  get_filename_component(name "${path}" NAME)
  file(READ "${path}" text)
  string(APPEND entries "    {\"${name}\", R\"leadrelay(${text})leadrelay\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"providers/embedded.hpp\"

namespace leadrelay::providers {
namespace {

constexpr embedded_file files[] = {
${entries}};

}  // namespace

std::span<const embedded_file> embedded_definitions() noexcept { return files; }

}  // namespace leadrelay::providers
")
