// An account that is down for long: its changes wait in its topic of parked changes, and come back in order.
#include <chrono>

#include <gmock/gmock.h>

#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/http_client.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr unsigned leads = 50;
constexpr const char* down_account = "acme";
constexpr const char* other_account = "other";
constexpr const char* bad_key = "refused-secret-key";

std::string refuse_key() {
  return std::string(R"({"orwel":{"latency_ms":2,"rejected_keys":[")") + bad_key + R"("]},"leadping":{"latency_ms":2}})";
}
constexpr const char* no_faults = R"({"all":{"latency_ms":2}})";

class parked_world : public scenario {
 public:
  explicit parked_world(const std::string& name) : scenario(name) {}

  worker_config config(const std::string& park = "{ after: 1s }", int threads = 1) const {
    account_config down = account(down_account, "orwel");
    down.credential = bad_key;
    down.more["park"] = park;
    worker_config out = scenario::config({down, account(other_account, "octanist")});
    out.more["threads"] = std::to_string(threads);
    return out;
  }

  void write(unsigned first, unsigned last) {
    for (unsigned change = first; change <= last; ++change)
      for (unsigned lead = 0; lead < leads; ++lead) {
        const std::string id = std::to_string(lead) + "-" + std::to_string(change);
        const std::string sequence = std::to_string(change);
        const std::string properties = R"({"properties":{"seq":)" + sequence + "}}";
        writer().write(topic(), lead_change{id, down_account, uuid_of(lead), properties, "", ""}.record());
        writer().write(topic(),
                       lead_change{"o" + id, other_account, "L" + std::to_string(lead), R"({"value":)" + sequence + "}", "", ""}.record());
      }
    writer().flush();
  }

  std::string parked_topic() const { return group() + ".parked." + down_account; }
  std::int64_t parked_lag() { return admin().topic_exists(parked_topic()) ? admin().lag(group(), parked_topic()) : 0; }

  /// Every lead of the account stands at that change.
  bool all_at(unsigned change) {
    const json::document found = sandbox().leads("orwel");
    unsigned count = 0;
    for (const auto& each : found.GetObject())
      if (each.value.HasMember("properties")) count += each.value["properties"]["seq"].GetUint() == change ? 1 : 0;
    return count == leads;
  }

  void expect_in_order_and_clean() {
    for (const char* counter : {"order_violations", "overlaps"}) {
      EXPECT_EQ(sandbox().count("orwel", counter), 0u) << counter;
      EXPECT_EQ(sandbox().count("octanist", counter), 0u) << counter;
    }
    EXPECT_THAT(dead_letters(), IsEmpty());
  }
};

json::document account_of(const worker_process& worker) {
  json::document status = get_json(worker.admin_url() + "/status.json");
  json::document out;
  for (const auto& each : status["accounts"].GetArray())
    if (json::text(each["account"]) == down_account) out.CopyFrom(each, out.GetAllocator());
  return out;
}

TEST(parking, account_whose_key_is_refused_is_parked_and_comes_back_in_order) {
  parked_world world("parking-refused");
  world.sandbox().set_faults(refuse_key());
  worker_process worker(world.config());
  world.write(1, 4);

  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(world.sandbox().count("octanist", "applied"), 4u * leads);
  EXPECT_EQ(world.sandbox().count("orwel", "applied"), 0u);
  const json::document parked = account_of(worker);
  EXPECT_EQ(parked["parked_partitions"].GetInt(), world.partitions());
  EXPECT_GE(parked["parked"].GetUint(), 1u);
  EXPECT_EQ(worker.metrics().sum("leadrelay_parked_total"), 4.0 * leads);

  world.write(5, 6);
  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  world.sandbox().set_faults(no_faults);

  EXPECT_TRUE(eventually(seconds{90}, [&] { return world.all_at(6); })) << worker.log();
  EXPECT_TRUE(eventually(seconds{30}, [&] { return account_of(worker)["parked_partitions"].GetInt() == 0; })) << worker.log();
  world.write(7, 7);
  EXPECT_TRUE(eventually(seconds{30}, [&] { return world.all_at(7) && world.lag() == 0; })) << worker.log();
  EXPECT_EQ(worker.metrics().sum("leadrelay_parked_total"), 6.0 * leads);
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  EXPECT_THAT(worker.log(), Not(HasSubstr(bad_key)));
  world.expect_in_order_and_clean();
  EXPECT_EQ(world.sandbox().count("orwel", "repeats"), 0u);
}

TEST(parking, what_is_parked_outlives_its_worker_stopped_or_killed) {
  parked_world world("parking-killed");
  world.sandbox().set_faults(refuse_key());
  {
    worker_process first(world.config());
    world.write(1, 3);
    EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << first.log();
    EXPECT_EQ(first.stop().code, 0) << first.log();
  }
  {
    worker_process second(world.config());
    second.wait_until_ready();
    world.write(4, 6);
    EXPECT_TRUE(eventually(seconds{60}, [&] { return second.metrics().sum("leadrelay_parked_total") > 0; })) << second.log();
    second.kill();
  }
  EXPECT_EQ(world.sandbox().count("orwel", "applied"), 0u);
  world.sandbox().set_faults(no_faults);
  worker_process third(world.config());

  EXPECT_TRUE(eventually(seconds{120}, [&] { return world.all_at(6) && world.lag() == 0; })) << third.log();
  EXPECT_TRUE(eventually(seconds{30}, [&] { return account_of(third)["parked_partitions"].GetInt() == 0; })) << third.log();
  EXPECT_EQ(third.stop().code, 0) << third.log();
  world.expect_in_order_and_clean();
}

TEST(parking, workers_that_come_and_go_take_over_what_is_parked) {
  parked_world world("parking-members");
  world.sandbox().set_faults(refuse_key());
  worker_process first(world.config());
  world.write(1, 4);
  EXPECT_TRUE(eventually(seconds{60}, [&] { return first.metrics().sum("leadrelay_parked_total") > 0; })) << first.log();
  worker_process second(world.config("{ after: 1s }", 2));
  second.wait_until_ready();
  world.write(5, 6);
  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << first.log() << second.log();
  world.sandbox().set_faults(no_faults);
  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.sandbox().count("orwel", "applied") > 0; })) << first.log() << second.log();
  EXPECT_EQ(first.stop().code, 0) << first.log();

  EXPECT_TRUE(eventually(seconds{120}, [&] { return world.all_at(6); })) << second.log();
  EXPECT_EQ(second.stop().code, 0) << second.log();
  world.expect_in_order_and_clean();
}

TEST(parking, more_than_may_wait_is_parked_though_the_account_only_is_slow) {
  parked_world world("parking-overflow");
  world.sandbox().set_faults(R"({"orwel":{"latency_ms":20},"octanist":{"latency_ms":2}})");
  worker_config config = world.config("{ changes: 20 }");
  config.accounts[0].credential = "good-key";
  config.accounts[0].limits = "[ { requests: 10, per: 1s } ]";
  worker_process worker(config);
  world.write(1, 6);

  EXPECT_TRUE(eventually(seconds{60}, [&] { return world.all_at(6); })) << worker.log();
  EXPECT_GT(worker.metrics().sum("leadrelay_parked_total"), 0.0);
  EXPECT_TRUE(eventually(seconds{30}, [&] { return account_of(worker)["parked_partitions"].GetInt() == 0; })) << worker.log();
  EXPECT_TRUE(eventually(seconds{30}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  world.expect_in_order_and_clean();
  EXPECT_EQ(world.sandbox().count("orwel", "repeats"), 0u);
}

}  // namespace
}  // namespace leadrelay::integration
