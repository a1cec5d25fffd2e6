#include "dead_letters/replay_book.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace leadrelay::dead_letters {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

void take_all(replay_book& into, const std::vector<book_record>& records) {
  for (const book_record& each : records) ASSERT_TRUE(into.take(each.key, each.value)) << each.key;
}

TEST(replay_book, another_book_reads_what_one_has_written) {
  std::mt19937 random(3);
  replay_book writes("dead");
  replay_book reads("dead");
  std::set<std::pair<std::int32_t, std::int64_t>> truth;
  for (int move = 0; move < 50; ++move) {
    std::vector<replayed_letter> letters;
    for (int count = 0; count < 100; ++count) {
      const auto partition = static_cast<std::int32_t>(random() % 3);
      const std::int64_t offset = random() % 30'000;
      letters.push_back({partition, offset, offset * 10});
      truth.emplace(partition, offset);
    }
    take_all(reads, writes.add(letters, "run-" + std::to_string(move)));
  }
  for (std::int32_t partition = 0; partition < 3; ++partition)
    for (std::int64_t offset = 0; offset < 30'000; ++offset)
      ASSERT_EQ(reads.contains(partition, offset), truth.contains({partition, offset})) << partition << ":" << offset;
  EXPECT_EQ(reads.last_ones(), writes.last_ones());
  EXPECT_EQ(reads.last_move(), "run-49");
}

TEST(replay_book, a_full_page_fits_into_a_record) {
  replay_book writes("dead");
  replay_book reads("dead");
  std::vector<replayed_letter> every_second;
  for (std::int64_t offset = 0; offset < replay_book::page_offsets; offset += 2) every_second.push_back({0, offset, 1});
  take_all(reads, writes.add(every_second, "m"));
  EXPECT_TRUE(reads.contains(0, replay_book::page_offsets - 2));
  EXPECT_FALSE(reads.contains(0, replay_book::page_offsets - 1));
  for (replayed_letter& each : every_second) ++each.offset;
  take_all(reads, writes.add(every_second, "m"));
  for (std::int64_t offset = 0; offset < replay_book::page_offsets; ++offset) ASSERT_TRUE(reads.contains(0, offset)) << offset;
  EXPECT_FALSE(reads.contains(0, replay_book::page_offsets));
}

TEST(replay_book, the_last_replayed_letter_of_each_partition_is_known_with_its_time) {
  replay_book book("dead");
  book.add(std::vector<replayed_letter>{{0, 9000, 70}, {0, 5, 80}, {2, 1, 90}}, "m");
  EXPECT_THAT(book.last_ones(), ElementsAre(replayed_letter{0, 9000, 70}, replayed_letter{2, 1, 90}));
}

TEST(replay_book, what_is_forgotten_is_forgotten_by_those_who_read_it_too) {
  replay_book book("dead");
  replay_book reads("dead");
  take_all(reads, book.add(std::vector<replayed_letter>{{0, 5, 1}, {0, 9000, 1}, {1, 5, 1}}, "m"));
  const auto records = book.forget(0);
  EXPECT_THAT(records, SizeIs(2));
  take_all(reads, records);
  for (const replay_book* each : {&book, &reads}) {
    EXPECT_FALSE(each->contains(0, 5));
    EXPECT_FALSE(each->contains(0, 9000));
    EXPECT_TRUE(each->contains(1, 5));
  }
  EXPECT_THAT(book.forget(7), IsEmpty());
}

TEST(replay_book, leaves_what_is_said_of_another_topic_alone) {
  replay_book other("other");
  replay_book book("dead");
  take_all(book, other.add(std::vector<replayed_letter>{{0, 5, 1}}, "m"));
  EXPECT_TRUE(book.empty());
  EXPECT_EQ(book.last_move(), "");
}

TEST(replay_book, what_no_book_has_written_is_refused) {
  replay_book writes("dead");
  const auto good = writes.add(std::vector<replayed_letter>{{0, 5, 1}}, "m").front();
  replay_book book("dead");
  for (const std::string key : {"", "dead", "dead/0", "dead/0/5", "dead/x/0", "dead/0/-8192", "dead/0/9223372036854767616"})
    EXPECT_FALSE(book.take(key, good.value)) << key;
  const std::string text = *good.value;
  for (const std::string& value : std::vector<std::string>{"", "x", text + " 1", text.substr(0, text.size() - 2), "lr1.AAAA 5 1", " 5 1"})
    EXPECT_FALSE(book.take(good.key, value)) << value;
  EXPECT_FALSE(book.take("dead/0/8192", good.value));  // another page's
  EXPECT_FALSE(book.contains(0, 5));
  EXPECT_TRUE(book.take(good.key, good.value));
  EXPECT_TRUE(book.contains(0, 5));
}

}  // namespace
}  // namespace leadrelay::dead_letters
