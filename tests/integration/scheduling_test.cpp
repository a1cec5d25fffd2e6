// How the threads of a worker share processors with others (sched(7)), and how late they may wake (prctl(2), PR_SET_TIMERSLACK).
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/prctl.h>

#include "support/load.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

/// Of all threads, but for those that end meanwhile.
std::multiset<int> policies_of(pid_t pid) {
  std::multiset<int> out;
  for (const auto& each : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task"))
    if (const int policy = sched_getscheduler(std::stoi(each.path().filename())); policy >= 0) out.insert(policy);
  return out;
}

/// Of all threads, but for those that end meanwhile, in ns; none where the kernel tells nobody but one who may change it.
std::multiset<int> slacks_of(pid_t pid) {
  std::multiset<int> out;
  for (const auto& each : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task"))
    if (int slack = 0; std::ifstream("/proc/" + each.path().filename().string() + "/timerslack_ns") >> slack) out.insert(slack);
  return out;
}

/// librdkafka's threads are among them.
auto all_are(int wanted) { return testing::AllOf(testing::SizeIs(testing::Gt(3u)), testing::Each(wanted)); }

TEST(scheduling, all_threads_leave_a_processor_to_whoever_runs_on_it) {
  scenario world("scheduling");
  worker_process worker(world.config(accounts_of(world, 16)));
  worker.wait_until_ready();
  const auto policies = policies_of(worker.child().pid());
  EXPECT_THAT(policies, all_are(SCHED_BATCH));
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
}

TEST(scheduling, a_policy_that_the_program_was_started_with_stays) {
  scenario world("policy");
  std::async(std::launch::async, [&world] {
    const sched_param none{};
    ASSERT_EQ(sched_setscheduler(0, SCHED_IDLE, &none), 0);
    worker_process worker(world.config(accounts_of(world, 16)));
    worker.wait_until_ready();
    EXPECT_THAT(policies_of(worker.child().pid()), all_are(SCHED_IDLE));
    EXPECT_EQ(worker.stop().code, 0) << worker.log();
  }).get();
}

TEST(scheduling, all_threads_may_wake_a_millisecond_late) {
  scenario world("slack");
  worker_process worker(world.config(accounts_of(world, 16)));
  worker.wait_until_ready();
  const auto slacks = slacks_of(worker.child().pid());
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  if (slacks.empty()) GTEST_SKIP() << "CAP_SYS_NICE is needed to see another process's slack";
  EXPECT_THAT(slacks, all_are(1'000'000));
}

TEST(scheduling, a_slack_that_the_program_was_started_with_stays) {
  scenario world("own-slack");
  std::async(std::launch::async, [&world] {
    ASSERT_EQ(prctl(PR_SET_TIMERSLACK, 20'000ul), 0);
    worker_process worker(world.config(accounts_of(world, 16)));
    worker.wait_until_ready();
    const auto slacks = slacks_of(worker.child().pid());
    EXPECT_EQ(worker.stop().code, 0) << worker.log();
    if (slacks.empty()) GTEST_SKIP() << "CAP_SYS_NICE is needed to see another process's slack";
    EXPECT_THAT(slacks, all_are(20'000));
  }).get();
}

}  // namespace
}  // namespace leadrelay::integration
