#include "support/needles.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "base/base64.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace leadrelay::integration {
namespace {

constexpr std::size_t shortest = 8;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string json_text(const std::string& text) {
  std::string out;
  json::append_quoted(out, text);
  return out.substr(1, out.size() - 2);
}

/// As writers of JSON do that know ASCII alone.
std::string ascii_json_text(const std::string& text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer(buffer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return std::string(buffer.GetString() + 1, buffer.GetSize() - 2);
}

std::string percent_encoded(const std::string& text) {
  std::string out;
  append_percent_encoded(out, text);
  return out;
}

std::string hexadecimal(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) out += {"0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};
  return out;
}

/// The part of the Base64 of any bytes with the text in them, `before` bytes after a multiple of three, that the text alone decides.
std::string base64_within(const std::string& text, std::size_t before) {
  const std::string whole = encode_base64(std::string(before, '\0') + text);
  const std::size_t first = before == 0 ? 0 : before + 1;
  const std::size_t end = (before + text.size()) * 8 / 6;
  return whole.substr(first, end - first);
}

std::string url_alphabet(std::string base64) {
  std::ranges::replace(base64, '+', '-');
  std::ranges::replace(base64, '/', '_');
  return base64;
}

std::string around(const std::string& text, std::size_t at, std::size_t size) {
  constexpr std::size_t margin = 60;
  const std::size_t begin = at > margin ? at - margin : 0;
  return printable(std::string_view(text).substr(begin, at + size + margin - begin), 400);
}

}  // namespace

void needles::add_form(const std::string& secret, const std::string& written, std::string text, bool any_case) {
  if (any_case) text = lower(std::move(text));
  const bool known = std::ranges::any_of(forms_, [&](const form& each) { return each.text == text && each.any_case == any_case; });
  if (!known) forms_.push_back({secret, written, std::move(text), any_case});
}

std::string needles::add(const std::string& name, const std::string& secret) {
  if (secret.size() < shortest) throw std::invalid_argument(name + " is too short to be searched for");
  ++count_;
  add_form(name, "plain", secret, true);
  add_form(name, "JSON", json_text(secret), true);
  add_form(name, "ASCII JSON", ascii_json_text(secret), true);
  add_form(name, "percent-encoded", percent_encoded(secret), true);
  add_form(name, "hexadecimal", hexadecimal(secret), true);
  for (std::size_t before = 0; before < 3; ++before) {
    add_form(name, "Base64", base64_within(secret, before));
    add_form(name, "Base64 for URLs", url_alphabet(base64_within(secret, before)));
  }
  return secret;
}

std::vector<std::string> needles::find_in(const std::vector<place>& places) const {
  std::vector<std::string> out;
  for (const place& each : places) {
    const std::string lowered = lower(each.text);
    std::string told;  // the secret that was told of last; its forms stand together
    for (const form& sought : forms_) {
      if (sought.secret == told) continue;
      const std::size_t at = (sought.any_case ? lowered : each.text).find(sought.text);
      if (at == std::string::npos) continue;
      told = sought.secret;
      out.push_back(each.name + " tells " + sought.secret + " (" + sought.written + "): " + around(each.text, at, sought.text.size()));
    }
  }
  return out;
}

}  // namespace leadrelay::integration
