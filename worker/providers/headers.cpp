#include "providers/headers.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace leadrelay::providers {
namespace {

constexpr std::string_view placeholder = "{credential}";
/// A shorter one stands in any text by chance.
constexpr std::size_t shortest_password = 3;

/// RFC 9110 section 5.5. A space at either end would be taken off on the way, so that the provider would see another credential.
std::optional<std::string> find_fault(const auth_scheme& auth, std::string_view credential) {
  if (credential.empty()) return "the credential is empty";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(credential, is_control))
    return "the credential has a control character or line end inside, expected printable text";
  if (credential.front() == ' ' || credential.back() == ' ') return "the credential starts or ends with a space";
  if (auth.basic && credential.find(':') == std::string_view::npos) return "the credential has no colon, expected user:password";
  return std::nullopt;
}

void append(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

std::string fill_in(std::string value, std::string_view secret) {
  if (const std::size_t at = value.find(placeholder); at != std::string::npos) value.replace(at, placeholder.size(), secret);
  return value;
}

}  // namespace

outcome<std::string> make_headers(const definition& of, std::string_view host, std::string_view credential) {
  const auth_scheme& auth = of.auth();
  if (auto fault = find_fault(auth, credential)) return problem{reason::rejected, std::move(*fault)};
  std::string out;
  append(out, "Host", host);
  append(out, auth.header, fill_in(auth.value, auth.basic ? encode_base64(credential) : std::string(credential)));
  for (const auto& [name, value] : of.headers()) append(out, name, value);
  const auto says = [&](std::string_view name) {
    return std::ranges::any_of(of.headers(), [&](const auto& header) { return equal_without_case(header.first, name); });
  };
  if (!says("User-Agent")) append(out, "User-Agent", "leadrelay/" + std::string(version));
  if (!says("Accept")) append(out, "Accept", "application/json");
  return out;
}

std::vector<std::string> echoes_of(const definition& of, std::string_view credential) {
  std::vector<std::string> out{std::string(credential)};
  if (!of.auth().basic) return out;
  out.push_back(encode_base64(credential));
  const std::size_t colon = credential.find(':');
  if (colon != std::string_view::npos && credential.size() - colon > shortest_password) out.emplace_back(credential.substr(colon + 1));
  return out;
}

}  // namespace leadrelay::providers
