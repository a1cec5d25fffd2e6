// 100,000 dead letters are replayed by a process that is killed three times, and by two at once: each is in the source once. And what a
// list of many takes of memory.
#include <algorithm>
#include <fstream>
#include <map>

#include <gmock/gmock.h>

#include "support/acme_config.hpp"
#include "support/dead_letters.hpp"
#include "support/environment.hpp"
#include "support/silent_port.hpp"
#include "support/temp_dir.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr unsigned many = 100'000;

void write_many(dead_letter_world& dead, unsigned count) {
  for (unsigned number = 0; number < count; ++number)
    dead.write_dead(uuid_of(number), "e" + std::to_string(number), static_cast<std::int32_t>(number % 2));
  dead.flush();
}

std::int64_t end_of_source(dead_letter_world& dead) {
  std::int64_t out = 0;
  for (const std::int64_t end : dead.world().admin().end_offsets(dead.world().topic())) out += end;
  return out;
}

/// Waits until the replay has written more than so many letters.
testing::AssertionResult goes_on(dead_letter_world& dead, process& replay, std::int64_t from, std::int64_t letters) {
  if (eventually(seconds{60}, [&] { return end_of_source(dead) > from + letters; }, milliseconds{2})) return testing::AssertionSuccess();
  return testing::AssertionFailure() << replay.standard_error();
}

/// How many letters are in the source how often.
std::map<int, int> count_replays(const dead_letter_world& dead) {
  std::map<std::string, int> by_id;
  for (const std::string& id : dead.replayed_ids()) ++by_id[id];
  std::map<int, int> out;
  for (const auto& [id, count] : by_id) ++out[count];
  return out;
}

TEST(dead_letters_crash, a_replay_killed_three_times_writes_each_letter_once) {
  dead_letter_world dead("killed");
  write_many(dead, many);
  for (int kill = 1; kill <= 3; ++kill) {
    const std::int64_t before = end_of_source(dead);
    process replay(dead.arguments("replay"));
    ASSERT_TRUE(goes_on(dead, replay, before, 20'000));
    replay.signal(SIGKILL);
    ASSERT_TRUE(replay.wait(seconds{10}));
  }
  const auto last = dead.run("replay", {"--json"});
  EXPECT_EQ(last.code, 0) << last.error;
  EXPECT_THAT(members_of(last.output, "summary", "matched"), testing::ElementsAre(std::to_string(many)));
  EXPECT_THAT(count_replays(dead), testing::ElementsAre(testing::Pair(1, many)));
}

TEST(dead_letters_crash, a_replay_that_begins_ends_the_one_before_and_doubles_nothing) {
  constexpr unsigned some = 20'000;
  dead_letter_world dead("two");
  write_many(dead, some);
  const std::int64_t before = end_of_source(dead);
  process first(dead.arguments("replay", {"--rate", "2000/s"}));
  ASSERT_TRUE(goes_on(dead, first, before, 1000));
  const auto second = dead.run("replay");
  EXPECT_EQ(second.code, 0) << second.error;
  const auto ended = first.wait(seconds{60});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 1);
  EXPECT_TRUE(first.error_lines().wait_for("another replay of this group has begun", steady_clock::now() + seconds{10}));
  EXPECT_THAT(count_replays(dead), testing::ElementsAre(testing::Pair(1, some)));
}

TEST(dead_letters_crash, an_interrupted_replay_ends_between_two_transactions_and_the_next_goes_on) {
  constexpr unsigned some = 5'000;
  dead_letter_world dead("interrupted");
  write_many(dead, some);
  const std::int64_t before = end_of_source(dead);
  process first(dead.arguments("replay", {"--rate", "500/s"}));
  ASSERT_TRUE(goes_on(dead, first, before, 200));
  first.signal(SIGINT);
  const auto ended = first.wait(seconds{20});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 1);
  EXPECT_TRUE(first.error_lines().wait_for("interrupted; the same command goes on with what is left", steady_clock::now() + seconds{10}));
  EXPECT_EQ(dead.run("replay").code, 0);
  EXPECT_THAT(count_replays(dead), testing::ElementsAre(testing::Pair(1, some)));
}

TEST(dead_letters_crash, an_interrupted_replay_ends_though_the_brokers_say_nothing) {
  const silent_port silent;
  const temp_dir directory;
  const worker_config config = config_of_acme("127.0.0.1:" + silent.text(), "g", "changes");
  write_file(directory.file("leadrelay.yaml"), config.yaml());
  process replay({leadrelay_binary(), "dead-letters", "replay", "--config", directory.file("leadrelay.yaml")}, config.environment());
  ASSERT_TRUE(silent.is_asked(seconds{30}));
  replay.signal(SIGINT);
  const auto ended = replay.wait(seconds{8});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 1);
  EXPECT_TRUE(replay.error_lines().wait_for("interrupted while the brokers say nothing; the same command goes on",
                                            steady_clock::now() + seconds{10}));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// The most memory that the process has had until now; what `wait` tells includes what this one had when it began the other.
long peak_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return 0;
}

TEST(dead_letters_crash, a_list_of_many_takes_little_memory) {
  dead_letter_world dead("memory");
  write_many(dead, 2 * many);
  process list(dead.arguments("list", {"--limit", "1000"}));
  long peak = 0;
  ASSERT_TRUE(eventually(seconds{60}, [&] {
    peak = std::max(peak, peak_kib(list.pid()));
    return !list.running();
  })) << list.standard_error();
  EXPECT_EQ(list.wait(seconds{1})->code, 0) << list.standard_error();
  EXPECT_GT(peak, 1024);
  EXPECT_LE(peak, 64 * 1024);
  RecordProperty("peak_kib", std::to_string(peak));
}
#endif

}  // namespace
}  // namespace leadrelay::integration
