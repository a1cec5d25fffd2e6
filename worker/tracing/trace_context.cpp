#include "tracing/trace_context.hpp"

#include "base/text.hpp"

namespace leadrelay::tracing {
namespace {

// Places in `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
constexpr std::size_t trace_at = 3;
constexpr std::size_t parent_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::size_t length_of_00 = 55;

constexpr std::size_t digits_of_id = 16;

/// The number of two to sixteen lower-case hexadecimal digits.
std::optional<std::uint64_t> read_hex(std::string_view digits) noexcept {
  std::uint64_t out = 0;
  for (const char c : digits) {
    const bool is_letter = c >= 'a' && c <= 'f';
    if (!is_letter && (c < '0' || c > '9')) return std::nullopt;
    out = out << 4 | static_cast<std::uint64_t>(is_letter ? c - 'a' + 10 : c - '0');
  }
  return out;
}

void append_hex(std::string& out, std::uint64_t number, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[number >> shift & 0xF];
}

}  // namespace

std::optional<trace_context> parse_traceparent(std::string_view text) noexcept {
  if (text.size() < length_of_00) return std::nullopt;
  if (text[trace_at - 1] != '-' || text[parent_at - 1] != '-' || text[flags_at - 1] != '-') return std::nullopt;
  const auto version = read_hex(text.substr(0, trace_at - 1));
  const auto high = read_hex(text.substr(trace_at, digits_of_id));
  const auto low = read_hex(text.substr(trace_at + digits_of_id, digits_of_id));
  const auto parent = read_hex(text.substr(parent_at, digits_of_id));
  const auto flags = read_hex(text.substr(flags_at, 2));
  if (!version || !high || !low || !parent || !flags || *version == 0xFF) return std::nullopt;
  if (text.size() > length_of_00 && (*version == 0 || text[length_of_00] != '-')) return std::nullopt;
  if ((*high | *low) == 0 || *parent == 0) return std::nullopt;
  trace_context out;
  out.trace = {*high, *low};
  out.parent = *parent;
  out.flags = static_cast<std::uint8_t>(*flags & (sampled_flag | random_flag));
  return out;
}

std::optional<trace_context> read_trace_context(const std::vector<events::header>& headers) {
  std::string_view parent;
  for (const events::header& each : headers)
    if (equal_without_case(each.name, "traceparent")) parent = each.value.value_or("");
  auto out = parse_traceparent(parent);
  if (!out) return out;
  std::vector<std::string_view> state;
  for (const events::header& each : headers)
    if (each.value && equal_without_case(each.name, "tracestate")) state.push_back(*each.value);
  if (!state.empty()) out->state = read_tracestate(state);
  return out;
}

std::string to_traceparent(const trace_context& of) {
  std::string out = "00-";
  append_hex(out, of.trace.high, digits_of_id);
  append_hex(out, of.trace.low, digits_of_id);
  out += '-';
  append_hex(out, of.parent, digits_of_id);
  out += '-';
  append_hex(out, of.flags, 2);
  return out;
}

std::string to_header_lines(const trace_context& of) {
  std::string out = "traceparent: " + to_traceparent(of) + "\r\n";
  if (!of.state.empty()) out.append("tracestate: ").append(of.state).append("\r\n");
  return out;
}

std::string to_string(const trace_id& id) { return to_string(id.high) + to_string(id.low); }

std::string to_string(span_id id) {
  std::string out;
  append_hex(out, id, digits_of_id);
  return out;
}

}  // namespace leadrelay::tracing
