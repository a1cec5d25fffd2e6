// The notes of what was replayed. The first byte chooses what the rest is: records as anybody may write them, lines of a key, a space and a
// value; what a page's map tells, to be given a right checksum; or letters that are replayed.
#include <cstdint>
#include <string>
#include <vector>

#include "dead_letters/replay_book.hpp"
#include "fuzz_support.hpp"
#include "offset_map_text.hpp"

namespace leadrelay::fuzz {
namespace {

using dead_letters::book_record;
using dead_letters::replay_book;
using dead_letters::replayed_letter;

constexpr std::size_t most_records = 64;

/// The notes of a book's page are read by another, which then writes the same ones.
void check_kept(const replay_book& read, const replayed_letter& last) {
  replay_book writes = read;
  replay_book again("dead");
  const auto notes = writes.add({&last, 1}, "move");
  for (const book_record& each : notes) expect(again.take(each.key, each.value), "a book reads what a book writes");
  expect(again.contains(last.partition, last.offset) && again.last_move() == "move", "what is added is told");
  const auto same = [](const book_record& a, const book_record& b) { return a.key == b.key && a.value == b.value; };
  expect(std::ranges::equal(again.add({&last, 1}, "move"), notes, same), "a page is told whole");
}

void check_told(const replay_book& book) {
  for (const replayed_letter& last : book.last_ones()) {
    expect(last.partition >= 0 && last.offset >= 0, "a letter lies somewhere");
    expect(book.contains(last.partition, last.offset), "the last one is one of them");
    expect(!book.contains(last.partition, last.offset + 1), "nothing lies behind the last one");
    check_kept(book, last);
  }
}

void check_reading(std::string_view lines) {
  replay_book book("dead");
  for (std::size_t count = 0; count < most_records && !lines.empty(); ++count) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    const std::size_t space = line.find(' ');
    const bool has_value = space != std::string_view::npos;
    book.take(line.substr(0, space), has_value ? std::optional(line.substr(space + 1)) : std::nullopt);
  }
  check_told(book);
}

/// The page's number, the place of its last letter, and its map.
void check_page(input in) {
  const std::int64_t number = in.byte();
  const std::int64_t first = (number == 255 ? std::int64_t{1} << 49 : number) * replay_book::page_offsets;
  const std::int64_t high = in.byte();
  const std::int64_t last = first + (high << 8) + in.byte();
  replay_book book("dead");
  book.take("dead/0/" + std::to_string(first), offset_map_text(in.rest(), first) + " " + std::to_string(last) + " 7");
  check_told(book);
}

/// Partition, page, place in it, and time.
std::vector<replayed_letter> letters_of(input in) {
  std::vector<replayed_letter> out;
  while (!in.rest().empty()) {
    const std::int32_t partition = in.byte() % 4;
    const std::uint8_t page = in.byte();
    const std::int64_t high = in.byte() % 32;
    const std::int64_t low = in.byte();
    const std::int64_t first = (page == 255 ? std::int64_t{1} << 40 : std::int64_t{page % 3}) * replay_book::page_offsets;
    out.push_back({partition, first + (high << 8 | low), std::int64_t{in.byte()}});
  }
  return out;
}

void check_writing(const std::vector<replayed_letter>& letters) {
  replay_book writes("dead");
  replay_book reads("dead");
  for (const replayed_letter& each : letters) {
    for (const book_record& record : writes.add({&each, 1}, "move")) {
      expect(is_one_line(record.key) && is_one_line(record.value.value_or("")), "a note is text");
      expect(reads.take(record.key, record.value), "a book reads what a book writes");
    }
  }
  for (const replayed_letter& each : letters) expect(reads.contains(each.partition, each.offset), "what is added is told");
  expect(reads.last_ones() == writes.last_ones(), "the last ones are told with their times");
  for (const replayed_letter& each : letters)
    for (const book_record& record : writes.forget(each.partition))
      expect(reads.take(record.key, record.value), "what is forgotten is told");
  expect(reads.empty(), "what is forgotten is forgotten");
}

}  // namespace
}  // namespace leadrelay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leadrelay::fuzz;
  input in(data, size);
  switch (in.byte() % 3) {
    case 0: check_reading(in.rest()); break;
    case 1: check_page(in); break;
    default: check_writing(letters_of(in));
  }
  return 0;
}
