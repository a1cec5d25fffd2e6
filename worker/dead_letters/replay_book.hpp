#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadrelay::dead_letters {

/// A dead letter that has been replayed: its place in the topic of dead letters, and its time, by which a topic that was deleted and made
/// anew is told from the one that it lay in.
struct replayed_letter {
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::int64_t time_ms = -1;
  bool operator==(const replayed_letter&) const = default;
};

/// A record of the book's topic, which is compacted by its keys.
struct book_record {
  std::string key;
  std::optional<std::string> value;  ///< nothing takes back what the key's records have said
};

/// Which dead letters of one topic have been replayed, whatever they were selected by: docs/decisions/dead_letter_replay.md.
///
/// Each record tells of a page of 8,192 offsets of one partition. Its key is `TOPIC/PARTITION/FIRST`; its value, as text, the page's
/// offsets, each one higher, as `delivery::encode` has them for a commit of `FIRST`; then, a space before each, the last of these offsets
/// and the time of its letter in milliseconds. A page takes a kilobyte of memory. Besides, one record with the key `TOPIC/last` names the
/// last move that was written, so that a client that does not know what became of its move finds out.
class replay_book {
 public:
  static constexpr std::int64_t page_offsets = 8192;

  explicit replay_book(std::string topic) : topic_(std::move(topic)) {}

  /// Takes up a record of the book's topic; to be called in their order. False where it is none that a book has written. What it says of
  /// other topics is left alone.
  bool take(std::string_view key, std::optional<std::string_view> value);

  bool contains(std::int32_t partition, std::int64_t offset) const noexcept;
  bool empty() const noexcept { return pages_.empty(); }

  const std::string& last_move() const noexcept { return last_move_; }

  /// Adds them, and gives the records that say so: they belong into the transaction that replays them, the move of that name.
  std::vector<book_record> add(std::span<const replayed_letter> letters, const std::string& move);

  /// The replayed letters with the highest offsets, one of each partition.
  std::vector<replayed_letter> last_ones() const;

  /// Forgets all of a partition, and gives the records that say so.
  std::vector<book_record> forget(std::int32_t partition);

 private:
  struct page {
    std::bitset<page_offsets> replayed;
    std::int64_t last = -1;
    std::int64_t last_ms = -1;
  };
  using page_name = std::pair<std::int32_t, std::int64_t>;  ///< partition and first offset

  std::string key_of_last() const { return topic_ + "/last"; }
  std::string key_of(const page_name& name) const;
  static std::string value_of(std::int64_t first, const page& of);
  static std::optional<page> parse(std::int64_t first, std::string_view value);

  std::string topic_;
  std::string last_move_;
  std::map<page_name, page> pages_;
};

}  // namespace leadrelay::dead_letters
