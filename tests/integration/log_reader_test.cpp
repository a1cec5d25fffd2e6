// Reading moved records back from a real broker.
#include <map>
#include <numeric>

#include <gmock/gmock.h>

#include "kafka/librdkafka_log_reader.hpp"
#include "kafka/mover_work.hpp"
#include "kafka_client_world.hpp"

namespace leadrelay::integration {
namespace {

using kafka::move;
using kafka::topic_partition;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class remembering_reader : public kafka::log_reader_events {
 public:
  void on_read(events::record&& read) override {
    const topic_partition of{*read.topic, read.partition};
    offsets[of].push_back(read.offset);
    if (on_each) on_each(of);
  }
  void on_end_of_log(const topic_partition& of, std::int64_t next) override { ends[of].push_back(next); }
  void on_read_error(const std::string& what, bool) override { errors.push_back(what); }

  std::function<void(const topic_partition&)> on_each;
  std::map<topic_partition, std::vector<std::int64_t>> offsets;
  std::map<topic_partition, std::vector<std::int64_t>> ends;
  std::vector<std::string> errors;
};

class a_log_reader : public testing::Test {
 protected:
  a_log_reader() {
    admin.create_topic(names.parked, 2);
    reader->start(seen);
  }

  /// Writes that many records to each partition in one transaction.
  void write(int count, bool commits = true) {
    move what{.topics = {{names.parked, 2}}, .records = {}, .offsets = {}};
    for (int number = 0; number < 2 * count; ++number) what.records.push_back(record_of(std::to_string(number), number % 2));
    const auto client = *kafka::transactional_client::make(given, kafka::make_transactional_id(given));
    kafka::work_limit limit;
    std::vector<std::int64_t> offsets;
    ASSERT_FALSE(client->init(limit, 10s) || client->begin() || client->write(what, limit, offsets));
    ASSERT_TRUE(commits ? client->commit(limit) : client->abort(limit));
  }

  topic_partition at(int partition) const { return {names.parked, partition}; }
  std::vector<std::int64_t>& offsets(int partition) { return seen.offsets[at(partition)]; }
  std::vector<std::int64_t>& ends(int partition) { return seen.ends[at(partition)]; }
  bool ended(int partition, std::int64_t next) {
    return loop.run_until([&] { return !ends(partition).empty() && ends(partition).back() == next; });
  }

  kafka_names names;
  kafka::properties given = properties_of_group(names.group);
  kafka_admin admin{kafka_bootstrap()};
  kafka::test_loop loop;
  remembering_reader seen;
  std::unique_ptr<kafka::log_reader> reader = *kafka::make_log_reader(loop.on(), given);
};

TEST_F(a_log_reader, reads_from_the_offset_to_the_end_and_tells_the_end_again_after_more) {
  write(5);
  reader->read({{at(0), 2}, {at(1), 0}});
  EXPECT_THAT(seen.offsets, IsEmpty()) << "nothing is told inside the call";
  ASSERT_TRUE(ended(0, 6)) << "beyond the end of the transaction";
  ASSERT_TRUE(ended(1, 6));
  EXPECT_THAT(offsets(0), ElementsAre(2, 3, 4));
  EXPECT_THAT(offsets(1), SizeIs(5));
  write(1);
  ASSERT_TRUE(ended(0, 8));
  EXPECT_THAT(offsets(0), ElementsAre(2, 3, 4, 6));
  EXPECT_THAT(seen.errors, IsEmpty());
}

TEST_F(a_log_reader, reads_nothing_of_a_transaction_that_was_aborted) {
  write(3, false);
  reader->read({{at(0), 0}});
  ASSERT_TRUE(ended(0, 4));
  EXPECT_THAT(offsets(0), IsEmpty());
}

TEST_F(a_log_reader, paused_tells_no_record_and_resumed_misses_none) {
  write(2000);
  seen.on_each = [this](const topic_partition& of) {
    if (of == at(0) && offsets(0).size() == 10) reader->pause({at(0)});
  };
  reader->read({{at(0), 0}, {at(1), 0}});
  ASSERT_TRUE(ended(1, 2001));
  EXPECT_THAT(offsets(0), SizeIs(10));
  seen.on_each = nullptr;
  reader->resume({at(0)});
  ASSERT_TRUE(ended(0, 2001));
  std::vector<std::int64_t> all(2000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(offsets(0), all);
  EXPECT_EQ(offsets(1), all);
}

/// The thread that fetches sleeps for up to a second once all its partitions are paused.
TEST_F(a_log_reader, resumed_is_fetched_at_once) {
  write(2000);
  std::size_t pauses = 0;
  seen.on_each = [&](const topic_partition&) {
    if (offsets(0).size() % 100 != 50) return;
    ++pauses;
    reader->pause({at(0)});
    loop.on().timers().add(loop.on().now() + 30ms, [this] { reader->resume({at(0)}); });
  };
  reader->read({{at(0), 0}});
  EXPECT_TRUE(loop.run_until([&] { return offsets(0).size() == 2000; }, 8s)) << offsets(0).size();
  EXPECT_EQ(pauses, 20u);
}

TEST_F(a_log_reader, that_leaves_and_reads_again_begins_where_it_is_told_to) {
  write(2000);
  for (const std::int64_t next : {0, 1500, 3, 900, 1999, 10}) {
    offsets(0).clear();
    ends(0).clear();
    reader->read({{at(0), next}});
    ASSERT_TRUE(loop.run_until([this] { return !offsets(0).empty(); }));
    EXPECT_EQ(offsets(0).front(), next);
    reader->leave({at(0)});
    const std::size_t before = offsets(0).size();
    loop.run_for(20ms);
    EXPECT_EQ(offsets(0).size(), before) << "nothing after leaving";
  }
}

TEST_F(a_log_reader, that_leaves_while_paused_is_not_paused_when_it_reads_again) {
  write(3);
  reader->read({{at(0), 0}});
  ASSERT_TRUE(ended(0, 4));
  reader->pause({at(0)});
  reader->leave({at(0)});
  offsets(0).clear();
  ends(0).clear();
  reader->read({{at(0), 1}});
  ASSERT_TRUE(ended(0, 4));
  EXPECT_THAT(offsets(0), ElementsAre(1, 2));
}

TEST_F(a_log_reader, begins_where_the_log_begins_when_the_offset_is_deleted) {
  write(5);
  admin.delete_records(names.parked, 0, 3);
  reader->read({{at(0), 1}});
  ASSERT_TRUE(ended(0, 6));
  EXPECT_THAT(offsets(0), ElementsAre(3, 4));
}

TEST_F(a_log_reader, closed_tells_nothing_more) {
  write(100);
  reader->read({{at(0), 0}});
  ASSERT_TRUE(loop.run_until([this] { return !offsets(0).empty(); }));
  reader->close(3s);
  const std::size_t before = offsets(0).size();
  reader->read({{at(1), 0}});
  loop.run_for(300ms);
  EXPECT_EQ(offsets(0).size(), before);
  EXPECT_THAT(offsets(1), IsEmpty());
}

}  // namespace
}  // namespace leadrelay::integration
