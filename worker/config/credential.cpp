#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "config/configuration.hpp"
#include "providers/headers.hpp"

namespace leadrelay::config {
namespace {

constexpr std::size_t longest_credential = 64 << 10;

struct closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

problem fault(std::string what) { return {reason::rejected, std::move(what)}; }

outcome<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, closer> file(std::fopen(path.c_str(), "rb"));
  if (!file) return fault("the file " + path + " cannot be read: " + std::strerror(errno));
  std::string text(longest_credential + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) return fault("the file " + path + " cannot be read: " + std::strerror(errno));
  if (text.size() > longest_credential) return fault("the file " + path + " is larger than 64KiB, expected a credential");
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return fault("the file " + path + " is empty, expected a credential");
  return text;
}

}  // namespace

outcome<std::string> read_credential(const credential_source& from) {
  if (from.from == credential_source::kind::literal) return from.text;
  if (from.from == credential_source::kind::file) return read_file(from.text);
  const char* value = std::getenv(from.text.c_str());
  if (!value) return fault("the environment variable " + from.text + " is not set");
  if (*value == '\0') return fault("the environment variable " + from.text + " is empty");
  return std::string(value);
}

std::vector<std::string> check_credentials(const configuration& of) {
  std::vector<std::string> out;
  for (const account& each : of.accounts) {
    const auto secret = read_credential(each.credential);
    const auto headers = secret ? providers::make_headers(each.plan.definition(), "localhost", *secret) : secret;
    if (!headers) out.push_back("accounts." + each.name + ".credential: " + headers.error().detail);
  }
  return out;
}

}  // namespace leadrelay::config
