// A record in Protobuf. The first byte chooses the account: a digit is its number.
#include "records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leadrelay::fuzz;
  input in(data, size);
  const std::uint8_t chosen = in.byte();
  decode_and_build(in.rest(), "application/protobuf", chosen % 16);
  return 0;
}
