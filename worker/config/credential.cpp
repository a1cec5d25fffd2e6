#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "config/configuration.hpp"
#include "config/whole_file.hpp"
#include "providers/headers.hpp"

namespace leadrelay::config {
namespace {

constexpr std::size_t longest_credential = 64 << 10;

problem fault(std::string what) { return {reason::rejected, std::move(what)}; }

problem cannot_be_read(const std::string& path, int error) {
  return fault("the file " + path + " cannot be read: " + std::strerror(error) + ", expected a credential in it");
}

outcome<std::string> read_secret(const std::string& path) {
  const file_handle file(std::fopen(path.c_str(), "rb"));
  if (!file) return cannot_be_read(path, errno);
  std::string text(longest_credential + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) return cannot_be_read(path, errno);
  if (text.size() > longest_credential) return fault("the file " + path + " is larger than 64KiB, expected a credential alone");
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return fault("the file " + path + " is empty, expected a credential in it");
  return text;
}

}  // namespace

outcome<std::string> read_credential(const credential_source& from) {
  if (from.from == credential_source::kind::literal) return from.text;
  if (from.from == credential_source::kind::file) return read_secret(from.text);
  const char* value = std::getenv(from.text.c_str());
  if (!value) return fault("the environment variable " + from.text + " is not set, expected a credential in it");
  if (*value == '\0') return fault("the environment variable " + from.text + " is empty, expected a credential in it");
  return std::string(value);
}

void check_credentials(const configuration& of, yaml::issues& into) {
  for (const account_references& each : of.references) {
    if (!each.credential) continue;
    const auto secret = read_credential(*each.credential);
    const auto usable = secret && each.definition ? providers::make_headers(*each.definition, "localhost", *secret) : secret;
    if (!usable) each.credential_place.fail(usable.error().detail, into);
  }
}

}  // namespace leadrelay::config
