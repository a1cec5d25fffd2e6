// A record in JSON, plain or as a CloudEvent. The first byte: its low four bits choose the account, its high ones the content type, so that
// a digit before a JSON text is an account and no content type.
#include <array>

#include "records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leadrelay::fuzz;
  constexpr std::array<std::string_view, 3> types{"", "application/cloudevents+json; charset=utf-8", "application/json"};
  input in(data, size);
  const std::uint8_t chosen = in.byte();
  decode_and_build(in.rest(), types[(chosen / 16) % types.size()], chosen % 16);
  return 0;
}
