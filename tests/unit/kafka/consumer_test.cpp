#include <utility>

#include <gmock/gmock.h>

#include "unit/kafka/kafka_world.hpp"

namespace leadrelay::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class a_consumer : public testing::Test {
 protected:
  using step = std::function<void(consumer& reader, const topic_partition& at)>;

  /// Reads two partitions to their end and stops again and again, for 0, 3 or 6 ms: of what `stops_with` gives the same number for,
  /// nothing may come meanwhile.
  void read_through_stops(const std::function<std::int32_t(const events::record&)>& stops_with, const step& stop, const step& go_on) {
    const std::string topic = fresh_topic(2);
    constexpr int each = 10'000;
    ASSERT_TRUE(write(loop, topic, 0, each));
    ASSERT_TRUE(write(loop, topic, 1, each));
    member reader(loop, topic, properties_for(fresh("group")));
    std::map<std::int32_t, std::int64_t> next;
    std::map<std::int32_t, bool> stopped;
    int wrong = 0;
    int stops = 0;
    reader.seen.on_each = [&](const events::record& record) {
      const std::int32_t number = stops_with(record);
      if (record.offset != next[record.partition]++ || stopped[number]) ++wrong;
      if (record.offset % 997 != 13) return;
      ++stops;
      stopped[number] = true;
      const topic_partition at{topic, record.partition};
      stop(*reader.made, at);
      const int turns = static_cast<int>(record.offset % 3);
      loop.on().timers().add(loop.on().now() + turns * 3ms, [&, number, at] {
        stopped[number] = false;
        go_on(*reader.made, at);
      });
    };
    EXPECT_TRUE(loop.run_until([&] { return reader.seen.records.size() >= 2 * each; }, 90s));
    loop.run_for(300ms);
    EXPECT_THAT(reader.seen.records, SizeIs(2 * each));
    EXPECT_EQ(wrong, 0);
    EXPECT_GE(stops, 20);
  }

  /// Each in a batch of its own, as librdkafka takes no part of one; so many small ones, then one of 1,000 bytes, and again.
  bool write_one_by_one(const std::string& topic, int count, int small_for_each_large) {
    auto given = properties_for("writer");
    given.emplace_back("batch.num.messages", "1");
    std::vector<std::string> values;
    for (int number = 0; number < count; ++number) {
      const bool is_large = number % (small_for_each_large + 1) == small_for_each_large;
      values.emplace_back(is_large ? 1000 : 10, 'x');
    }
    return write_values(loop, topic, 0, values, given);
  }

  test_loop loop;
};

TEST_F(a_consumer, gets_records_byte_for_byte_absent_and_empty_parts_apart) {
  const std::string topic = fresh_topic(1);
  const std::string binary("\0\xff\x80 binary \0", 12);
  auto producer = *make_producer(loop.on(), properties_for("w"), nullptr);
  int acknowledged = 0;
  const auto count = [&](const std::string& error) { acknowledged += error.empty(); };
  const std::vector<produced_header> headers = {{"a", "1"}, {"absent", std::nullopt}, {"empty", ""}, {"a", binary}};
  ASSERT_EQ(producer->produce({topic, 0, binary, binary, headers}, count), "");
  ASSERT_EQ(producer->produce({topic, 0, std::nullopt, std::nullopt, {}}, count), "");
  ASSERT_EQ(producer->produce({topic, 0, "", "", {}}, count), "");
  ASSERT_TRUE(loop.run_until([&] { return acknowledged == 3; }));

  member reader(loop, topic, properties_for(fresh("group")));
  ASSERT_TRUE(loop.run_until([&] { return reader.seen.records.size() == 3; }));
  const auto& full = reader.seen.records[0];
  EXPECT_EQ(*full.topic, topic);
  EXPECT_EQ(full.partition, 0);
  EXPECT_EQ(full.offset, 0);
  EXPECT_GT(full.timestamp_ms, 1'600'000'000'000);
  EXPECT_EQ(full.key, binary);
  EXPECT_EQ(full.value, binary);
  ASSERT_THAT(full.headers, SizeIs(4));
  EXPECT_EQ(full.headers[0].name, "a");
  EXPECT_EQ(full.headers[0].value, "1");
  EXPECT_EQ(full.headers[1].value, std::nullopt);
  EXPECT_EQ(full.headers[2].value, "");
  EXPECT_EQ(full.headers[3].value, binary);
  EXPECT_EQ(reader.seen.records[1].key, std::nullopt);
  EXPECT_EQ(reader.seen.records[1].value, std::nullopt);
  EXPECT_EQ(reader.seen.records[2].key, "");
  EXPECT_EQ(reader.seen.records[2].value, "");
  EXPECT_EQ(reader.seen.records[2].topic, full.topic) << "one name for all records of a topic";
}

TEST_F(a_consumer, knows_the_bounds_of_a_log_once_it_has_fetched_of_it) {
  const std::string topic = fresh_topic(1);
  ASSERT_TRUE(write(loop, topic, 0, 5));
  member reader(loop, topic, properties_for(fresh("group")));
  EXPECT_EQ(reader->known_bounds({topic, 0}).end, -1);
  ASSERT_TRUE(loop.run_until([&] { return reader.seen.records.size() == 5; }));
  EXPECT_TRUE(loop.run_until([&] { return reader->known_bounds({topic, 0}).end == 5; }));
  EXPECT_EQ(reader->known_bounds({topic, 0}).begin, 0);
  EXPECT_EQ(reader->known_bounds({topic, 1}).end, -1) << "not its own";
  ASSERT_TRUE(loop.run(reader->close(5s)));
  EXPECT_EQ(reader->known_bounds({topic, 0}).end, -1);
}

TEST_F(a_consumer, is_told_its_partitions_and_starts_at_the_beginning) {
  const std::string topic = fresh_topic(3);
  ASSERT_TRUE(write(loop, topic, 2, 5));
  member reader(loop, topic, properties_for(fresh("group")));
  ASSERT_TRUE(loop.run_until([&] { return reader.seen.records.size() == 5; }));
  ASSERT_THAT(reader.seen.assigned_calls, SizeIs(1));
  ASSERT_THAT(reader.seen.assigned_calls[0], SizeIs(3));
  for (const auto& partition : reader.seen.assigned_calls[0]) {
    EXPECT_EQ(partition.committed, -1);
    EXPECT_EQ(partition.metadata, "");
    EXPECT_EQ(partition.of_all, 3);
    EXPECT_EQ(partition.number, partition.partition.partition);
  }
}

TEST_F(a_consumer, resumes_where_it_committed_and_is_given_the_metadata_back) {
  const std::string topic = fresh_topic(2);
  const std::string group = fresh("group");
  const std::string metadata = "v1:" + std::string(4000, 'x') + "~";
  ASSERT_TRUE(write(loop, topic, 0, 10, "a"));
  ASSERT_TRUE(write(loop, topic, 1, 10, "b"));
  {
    member first(loop, topic, properties_for(group));
    ASSERT_TRUE(loop.run_until([&] { return first.seen.records.size() == 20; }));
    first->commit({{{topic, 0}, 2, "early"}});
    first->commit({});
    first->commit({{{topic, 0}, 7, metadata}, {{topic, 1}, 10, ""}});
    ASSERT_TRUE(loop.run_until([&] { return first.seen.commits.size() == 3; }));
    EXPECT_EQ(first.seen.commits[0].error, "");
    EXPECT_EQ(first.seen.commits[0].offsets[0].next, 2);
    EXPECT_THAT(first.seen.commits[1].offsets, IsEmpty());
    EXPECT_EQ(first.seen.commits[2].offsets[0].metadata, metadata);
    ASSERT_TRUE(loop.run(first->close(10s)));
  }
  member second(loop, topic, properties_for(group));
  ASSERT_TRUE(loop.run_until([&] { return second.seen.records.size() >= 3; }));
  loop.run_for(300ms);
  EXPECT_THAT(second.seen.records, SizeIs(3));
  EXPECT_EQ(second.seen.records[0].value, "a7");
  for (const auto& partition : second.seen.assigned_calls.at(0)) {
    EXPECT_EQ(partition.committed, partition.partition.partition == 0 ? 7 : 10);
    EXPECT_EQ(partition.metadata, partition.partition.partition == 0 ? metadata : "");
  }
}

TEST_F(a_consumer, tells_commits_that_fail_with_their_reason) {
  const std::string topic = fresh_topic(1);
  member reader(loop, topic, properties_for(fresh("group")));
  ASSERT_TRUE(loop.run_until([&] { return !reader.seen.assigned_calls.empty(); }));
  reader->commit({{{topic, 0}, 1, std::string("a\0b", 3)}});
  reader->commit({{{topic, 0}, 1, ""}});
  ASSERT_TRUE(loop.run_until([&] { return reader.seen.commits.size() == 2; }));
  EXPECT_THAT(reader.seen.commits[0].error, HasSubstr("NUL"));
  EXPECT_EQ(reader.seen.commits[1].error, "");
  cluster().inject_errors(8, {RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE});
  reader->commit({{{topic, 0}, 1, "m"}});
  ASSERT_TRUE(loop.run_until([&] { return reader.seen.commits.size() == 3; }));
  EXPECT_THAT(reader.seen.commits[2].error, HasSubstr("metadata"));
}

TEST_F(a_consumer, takes_some_records_of_each_partition_in_turn) {
  const std::string topic = fresh_topic(2);
  constexpr int each = 20'000;
  ASSERT_TRUE(write(loop, topic, 0, each));
  ASSERT_TRUE(write(loop, topic, 1, each));
  // Where one partition's records arrive after the other's were taken there is nothing to take in turn: such a run shows nothing.
  int turns = 0;
  for (int tries = 0; tries < 5 && turns <= 100; ++tries) {
    member reader(loop, topic, properties_for(fresh("group")));
    turns = 0;
    std::int32_t last = -1;
    reader.seen.on_each = [&](const events::record& record) { turns += std::exchange(last, record.partition) != record.partition; };
    EXPECT_TRUE(loop.run_until([&] { return reader.seen.records.size() >= 2 * each; }, 90s));
  }
  EXPECT_GT(turns, 100);
}

/// The thread that fetches sleeps for up to a second once it has found a queue full, as it does whenever the reader rests.
TEST_F(a_consumer, has_a_queue_that_was_full_fetched_again_at_once) {
  constexpr int count = 1010;
  struct world {
    std::pair<std::string, std::string> full;
    int small_for_each_large;
  };
  std::vector<std::unique_ptr<member>> readers;
  for (const auto& [full, small] : {world{{"queued.min.messages", "16"}, count}, world{{"queued.max.messages.kbytes", "8"}, 0},
                                    world{{"queued.max.messages.kbytes", "8"}, 10}}) {
    const std::string topic = fresh_topic(1);
    ASSERT_TRUE(write_one_by_one(topic, count, small));
    auto given = properties_for(fresh("group"));
    given.push_back(full);
    given.emplace_back("fetch.message.max.bytes", "4000");
    member* const reader = readers.emplace_back(std::make_unique<member>(loop, topic, given)).get();
    reader->seen.on_each = [this, reader](const events::record& record) {
      if (record.offset % 40 != 39) return;
      reader->made->rest(true);
      loop.on().timers().add(loop.on().now() + 30ms, [reader] { reader->made->rest(false); });
    };
    EXPECT_TRUE(loop.run_until([&] { return reader->seen.records.size() == count; }, 12s))
        << full.first << ", " << small << ": " << reader->seen.records.size();
  }
}

TEST_F(a_consumer, skips_and_repeats_nothing_through_pauses) {
  const auto of_it = [](const events::record& record) { return record.partition; };
  const auto pause = [](consumer& reader, const topic_partition& at) { reader.pause({at}); };
  const auto resume = [](consumer& reader, const topic_partition& at) { reader.resume({at}); };
  read_through_stops(of_it, pause, resume);
}

TEST_F(a_consumer, gets_nothing_while_it_rests_and_misses_nothing) {
  const auto of_all = [](const events::record&) { return 0; };
  const auto rest = [](consumer& reader, const topic_partition&) { reader.rest(true); };
  const auto go_on = [](consumer& reader, const topic_partition&) { reader.rest(false); };
  read_through_stops(of_all, rest, go_on);
}

TEST_F(a_consumer, stays_in_the_group_while_it_rests) {
  const std::string topic = fresh_topic(1);
  auto given = properties_for(fresh("group"));
  given.emplace_back("max.poll.interval.ms", "6000");
  member reader(loop, topic, given);
  ASSERT_TRUE(loop.run_until([&] { return !reader.seen.assigned_calls.empty(); }));
  reader->rest(true);
  ASSERT_TRUE(write(loop, topic, 0, 10));
  loop.run_for(9s);
  EXPECT_THAT(reader.seen.revoked_calls, IsEmpty());
  EXPECT_THAT(reader.seen.errors, IsEmpty());
  EXPECT_THAT(reader.seen.records, IsEmpty());
  reader->rest(false);
  EXPECT_TRUE(loop.run_until([&] { return reader.seen.records.size() == 10; }));
}

TEST_F(a_consumer, paused_before_its_first_record_starts_where_it_was_assigned) {
  const std::string topic = fresh_topic(1);
  const std::string group = fresh("group");
  ASSERT_TRUE(write(loop, topic, 0, 100));
  {
    member first(loop, topic, properties_for(group));
    ASSERT_TRUE(loop.run_until([&] { return first.seen.records.size() == 100; }));
    first->commit({{{topic, 0}, 40, ""}});
    ASSERT_TRUE(loop.run_until([&] { return !first.seen.commits.empty(); }));
    ASSERT_TRUE(loop.run(first->close(10s)));
  }
  member second(loop, topic, properties_for(group));
  ASSERT_TRUE(loop.run_until([&] { return !second.seen.assigned_calls.empty(); }));
  second->pause({{topic, 0}});
  loop.run_for(500ms);
  EXPECT_THAT(second.seen.records, IsEmpty());
  second->resume({{topic, 0}});
  ASSERT_TRUE(loop.run_until([&] { return second.seen.records.size() >= 60; }));
  EXPECT_EQ(second.seen.records[0].offset, 40);
  EXPECT_THAT(second.seen.records, SizeIs(60));
}

TEST_F(a_consumer, stays_in_the_group_while_its_topic_is_idle) {
  const std::string topic = fresh_topic(1);
  auto given = properties_for(fresh("group"));
  given.emplace_back("max.poll.interval.ms", "6000");
  member reader(loop, topic, given);
  ASSERT_TRUE(loop.run_until([&] { return !reader.seen.assigned_calls.empty(); }));
  loop.run_for(9s);
  EXPECT_THAT(reader.seen.revoked_calls, IsEmpty());
  EXPECT_THAT(reader.seen.errors, IsEmpty());
  ASSERT_TRUE(write(loop, topic, 0, 1));
  EXPECT_TRUE(loop.run_until([&] { return reader.seen.records.size() == 1; }));
}

TEST_F(a_consumer, names_a_topic_that_does_not_exist) {
  auto given = properties_for(fresh("group"));
  given.emplace_back("allow.auto.create.topics", "false");
  cluster().inject_errors(3, {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART});
  member reader(loop, fresh("missing"), given);
  EXPECT_TRUE(loop.run_until([&] { return !reader.seen.errors.empty() || !reader.seen.assigned_calls.empty(); }));
  EXPECT_FALSE(reader.seen.any_fatal);
}

TEST(make_consumer, refuses_wrong_properties_with_the_reason) {
  test_loop loop;
  auto given = properties_for("g");
  EXPECT_FALSE(make_consumer(loop.on(), given, {}));
  given.emplace_back("no.such.property", "1");
  const auto made = make_consumer(loop.on(), given, {"t"});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what, HasSubstr("no.such.property"));
}

}  // namespace
}  // namespace leadrelay::kafka
