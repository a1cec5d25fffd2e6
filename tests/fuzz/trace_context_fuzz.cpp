// The trace context of a record: the first line of the input is `traceparent`, each other one a `tracestate`.
#include "fuzz_support.hpp"
#include "tracing/trace_context.hpp"

namespace leadrelay::fuzz {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

void check(std::string_view text) {
  std::vector<events::header> headers;
  for (const std::string_view line : lines_of(text)) headers.push_back({headers.empty() ? "traceparent" : "tracestate", line});
  const auto read = tracing::read_trace_context(headers);
  if (!read) return;
  expect(read->parent != 0 && (read->trace.high | read->trace.low) != 0, "ids are not zero");
  const std::string parent = tracing::to_traceparent(*read);
  expect(count_of("traceparent: " + parent + "\r\n", tracing::to_header_lines(*read)) == 1, "what is read is sent");
  const auto again = tracing::read_trace_context({{"traceparent", parent}, {"tracestate", read->state}});
  expect(again.has_value() && *again == *read, "what is sent reads as what was read");
  expect(is_one_line(read->state) && read->state.size() <= 512, "tracestate stays on its line, and short");
}

}  // namespace
}  // namespace leadrelay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  leadrelay::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
