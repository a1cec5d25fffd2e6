#include <gmock/gmock.h>

#include "kafka/mover_work.hpp"
#include "unit/kafka/kafka_world.hpp"

namespace leadrelay::kafka {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::int16_t init_producer_id = 22;
constexpr std::int16_t add_partitions_to_txn = 24;
constexpr std::int16_t end_txn = 26;
constexpr std::int16_t txn_offset_commit = 28;

/// The mock brokers know transactions, but show records that are not committed and keep no transaction's offsets.
class moves_on_a_thread : public testing::Test {
 protected:
  void TearDown() override {
    for (const auto key : {init_producer_id, add_partitions_to_txn, end_txn, txn_offset_commit}) cluster().clear_errors(key);
  }

  move_result perform(std::int64_t partitions = 1) {
    move what{.topics = {{target, static_cast<int>(partitions)}}, .records = {}, .offsets = {{{source, 0}, 3, "text"}}};
    what.records.push_back({.topic = 0, .partition = 0, .key = "k", .value = "v", .headers = {}});
    const auto result = works.perform(what, *of);
    return result.value_or(move_result{"nothing", true, {}});
  }

  const std::string group = fresh("group");
  const std::string source = fresh_topic(1);
  const std::string target = fresh_topic(4);
  const group_metadata_handle of{rd_kafka_consumer_group_metadata_new(group.c_str())};
  work_limit limit;
  mover_work works{properties_for(group), make_transactional_id(properties_for(group)), limit};
};

TEST_F(moves_on_a_thread, gives_the_offset_after_each_record) {
  EXPECT_EQ(perform().error, "");
  const move_result second = perform();
  EXPECT_EQ(second.error, "");
  EXPECT_THAT(second.next_offsets, SizeIs(1));
}

TEST_F(moves_on_a_thread, tries_again_what_passes_by_itself) {
  cluster().inject_errors(init_producer_id, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS});
  cluster().inject_errors(txn_offset_commit, {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE});
  cluster().inject_errors(end_txn, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR__TRANSPORT});
  EXPECT_EQ(perform().error, "");
}

TEST_F(moves_on_a_thread, whose_commit_is_not_certain_finds_out_by_its_record) {
  cluster().inject_errors(end_txn, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE});
  const move_result result = perform();
  EXPECT_EQ(result.error, "") << "the mock brokers show it";
  EXPECT_THAT(result.next_offsets, ElementsAre(1));
  EXPECT_EQ(perform().error, "");
}

TEST_F(moves_on_a_thread, without_rights_says_which_and_is_not_worth_another_try) {
  cluster().inject_errors(init_producer_id, {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED});
  const move_result of_id = perform();
  EXPECT_THAT(of_id.error, AllOf(StartsWith("TRANSACTIONAL_ID_AUTHORIZATION_FAILED"),
                                 HasSubstr("--transactional-id " + group + "- --resource-pattern-type prefixed")));
  EXPECT_FALSE(of_id.may_work_later);

  cluster().inject_errors(add_partitions_to_txn, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  const move_result of_topic = perform();
  EXPECT_THAT(of_topic.error, HasSubstr("TOPIC_AUTHORIZATION_FAILED"));
  EXPECT_FALSE(of_topic.may_work_later);

  cluster().inject_errors(txn_offset_commit, {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED});
  const move_result of_group = perform();
  EXPECT_THAT(of_group.error, StartsWith("GROUP_AUTHORIZATION_FAILED"));
  EXPECT_FALSE(of_group.may_work_later);
  EXPECT_EQ(perform().error, "");
}

TEST_F(moves_on_a_thread, of_a_generation_that_has_passed_is_worth_another_try) {
  cluster().inject_errors(txn_offset_commit, {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION});
  const move_result result = perform();
  EXPECT_THAT(result.error, StartsWith("ILLEGAL_GENERATION"));
  EXPECT_TRUE(result.may_work_later);
  EXPECT_THAT(result.next_offsets, IsEmpty());
}

TEST_F(moves_on_a_thread, of_a_topic_with_too_few_partitions_says_how_to_add_some) {
  EXPECT_THAT(perform(5).error, HasSubstr("kafka-topics.sh --alter --topic " + target + " --partitions 5"));
  EXPECT_FALSE(perform(5).may_work_later);
  EXPECT_THAT(works.check({{target, 5}}), ElementsAre(HasSubstr("has 4 partitions and needs 5")));
}

TEST_F(moves_on_a_thread, of_a_missing_topic_has_it_made_by_asking_brokers_that_know_no_other_way) {
  EXPECT_THAT(works.check({{fresh("made-by-asking"), 1}}), IsEmpty());
}

TEST_F(moves_on_a_thread, that_make_no_sense_are_refused) {
  move what{.topics = {{target, 1}}, .records = {}, .offsets = {{{source, 0}, 3, ""}}};
  EXPECT_EQ(works.perform(what, *of)->error, "a move of no records");
  what.records.push_back({.topic = 0, .partition = 1, .key = {}, .value = {}, .headers = {}});
  EXPECT_THAT(works.perform(what, *of)->error, HasSubstr("none of the move's"));
  what.records[0].partition = 0;
  what.offsets[0].metadata = std::string("a\0b", 3);
  EXPECT_THAT(works.perform(what, *of)->error, HasSubstr("NUL"));
}

TEST_F(moves_on_a_thread, told_to_stop_end_soon) {
  mover_work nowhere({{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", group}}, "id", limit);
  limit.stop(std::chrono::steady_clock::now());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(nowhere.check({{target, 1}}), SizeIs(1));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
}

TEST(a_transactional_id, begins_with_the_group_and_is_never_the_same) {
  const properties given{{"group.id", "g"}};
  EXPECT_THAT(make_transactional_id(given), testing::MatchesRegex("g-[0-9a-f]{16}"));
  EXPECT_NE(make_transactional_id(given), make_transactional_id(given));
}

}  // namespace
}  // namespace leadrelay::kafka
