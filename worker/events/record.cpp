#include "events/record.hpp"

#include <cstring>

#include "base/text.hpp"

namespace leadrelay::events {
namespace {

/// Hands out pieces of one block.
class block {
 public:
  explicit block(char* at) : at_(at) {}

  std::string_view keep(std::string_view bytes) noexcept {
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    const std::string_view kept(at_, bytes.size());
    at_ += bytes.size();
    return kept;
  }

  std::optional<std::string_view> keep(std::optional<std::string_view> bytes) noexcept {
    return bytes ? std::optional{keep(*bytes)} : std::nullopt;
  }

 private:
  char* at_;
};

}  // namespace

std::optional<std::string_view> record::header_value(std::string_view name) const noexcept {
  for (auto header = headers.rbegin(); header != headers.rend(); ++header)
    if (equal_without_case(header->name, name)) return header->value;
  return std::nullopt;
}

std::size_t record::held_bytes() const noexcept { return sizeof(record) + size + headers.size() * sizeof(header); }

record copy_record(std::optional<std::string_view> key, std::optional<std::string_view> value, const std::vector<header>& headers) {
  record out;
  out.size = key.value_or("").size() + value.value_or("").size();
  for (const header& h : headers) out.size += h.name.size() + h.value.value_or("").size();
  out.bytes = std::make_unique_for_overwrite<char[]>(out.size + 1);
  block bytes(out.bytes.get());
  out.key = bytes.keep(key);
  out.value = bytes.keep(value);
  out.headers.reserve(headers.size());
  for (const header& h : headers) {
    const std::string_view name = bytes.keep(h.name);
    out.headers.push_back({name, bytes.keep(h.value)});
  }
  return out;
}

}  // namespace leadrelay::events
