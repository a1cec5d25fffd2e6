#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>

#include "base/log.hpp"
#include "config/configuration.hpp"
#include "kafka/mock_cluster.hpp"
#include "process/process.hpp"
#include "unit/temporary_folder.hpp"

// A process of four workers takes another configuration in all of them, or in none.
namespace leadrelay {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string acme = "  acme: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: LEADRELAY_TEST_KEY } }\n";

/// A process whose file a test changes.
class a_process {
 public:
  a_process() {
    log::start(log::format::text, log::level::error);
    setenv("LEADRELAY_TEST_KEY", "key-of-the-test", 1);
    EXPECT_EQ(cluster_.create_topic("changes", 8), "");
    write(acme);
    yaml::issues issues;
    auto loaded = config::load_files({file()}, issues);
    EXPECT_TRUE(loaded);
    auto configuration = std::make_shared<const config::configuration>(std::move(*loaded));
    process::configuration_source source{.read = [path = file()](yaml::issues& into) { return config::load_files({path}, into); },
                                         .paths = {file()}};
    auto made = process::process::make(std::move(configuration), std::move(source));
    EXPECT_TRUE(made) << made.error().detail;
    process_ = std::move(*made);
    running_ = std::jthread([this] { process_->run(); });
  }
  ~a_process() { process_->stop(); }

  std::string file() const { return folder_.path("leadrelay.yaml"); }

  /// At once, as a signal may have it read at any moment.
  void write(const std::string& accounts, const std::string& threads = "4") {
    folder_.write("next.yaml", "kafka: { bootstrap.servers: '" + cluster_.bootstrap_servers() +
                                   "', group.id: reload }\ntopics: { lead_changes: [changes], dead_letters: changes.dead }\n"
                                   "admin: { listen: 127.0.0.1:0 }\ngrace: 20s\nthreads: " +
                                   threads + "\naccounts:\n" + accounts);
    std::filesystem::rename(folder_.path("next.yaml"), file());
  }

  admin::process_snapshot seen() {
    const auto out = process_->snapshot_from_outside();
    EXPECT_TRUE(out);
    return out.value_or(admin::process_snapshot{});
  }
  /// The accounts of each worker.
  std::vector<std::string> accounts() {
    std::vector<std::string> out;
    for (const auto& worker : seen().workers) {
      std::string& names = out.emplace_back();
      for (const auto& each : worker.accounts) names += each.name + " ";
    }
    return out;
  }

  bool eventually(const std::function<bool()>& reached) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!reached() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(20ms);
    return reached();
  }
  bool until_applied(std::uint64_t times) {
    return eventually([&] { return seen().reloads.applied >= times; });
  }
  bool until_refused(std::uint64_t times) {
    return eventually([&] { return seen().reloads.refused >= times; });
  }

  test::temporary_folder folder_;

 private:
  kafka::mock_cluster cluster_ = *kafka::mock_cluster::start();
  std::unique_ptr<process::process> process_;
  std::jthread running_;
};

std::string with_file(const std::string& name, const std::string& path) {
  return "  " + name + ": { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { file: '" + path + "' } }\n";
}

TEST(reload, all_workers_take_a_file_that_has_changed_or_none_does_where_one_of_them_cannot) {
  a_process of;
  // The secret comes out of a pipe: the first two workers get it, the third gets nothing.
  const std::string pipe = of.folder_.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int closings = inotify_init();
  ASSERT_GE(inotify_add_watch(closings, pipe.c_str(), IN_CLOSE_NOWRITE), 0);
  std::jthread feeding([&] {
    for (const char* secret : {"key", "key", ""}) {
      std::ofstream(pipe) << secret;
      char event[sizeof(inotify_event) + 256];
      EXPECT_GT(read(closings, event, sizeof event), 0) << "who has read it is done";
    }
    close(closings);
  });
  of.write(acme + with_file("piped", pipe));
  ASSERT_TRUE(of.until_refused(1));
  feeding.join();
  EXPECT_THAT(of.seen().reloads.refusal, HasSubstr("account piped"));
  EXPECT_THAT(of.accounts(), ElementsAre("acme ", "acme ", "acme ", "acme "));

  of.folder_.write("secret", "key");
  of.write(acme + with_file("filed", of.folder_.path("secret")));
  ASSERT_TRUE(of.until_applied(1));
  EXPECT_THAT(of.accounts(), ElementsAre("acme filed ", "acme filed ", "acme filed ", "acme filed "));
  EXPECT_EQ(of.seen().reloads.refusal, "");
}

TEST(reload, what_is_wrong_or_needs_a_restart_is_refused_once_until_it_changes) {
  a_process of;
  const auto at_start = of.seen().reloads;
  EXPECT_EQ(at_start.applied + at_start.refused, 0u);
  of.write("  acme: { provider: nobody }\n");
  ASSERT_TRUE(of.until_refused(1));
  EXPECT_THAT(of.seen().reloads.refusal, HasSubstr("leadrelay.yaml:"));
  of.write(acme, "3");
  ASSERT_TRUE(of.until_refused(2));
  EXPECT_EQ(of.seen().reloads.refusal, "needs a restart: threads");
  std::raise(SIGHUP);
  std::raise(SIGHUP);
  of.write(acme + "  other: { provider: orwel, credential: { env: LEADRELAY_TEST_KEY } }\n");
  ASSERT_TRUE(of.until_applied(1));
  EXPECT_EQ(of.seen().reloads.refused, 2u) << "the same again is no other refusal";
  EXPECT_GE(of.seen().reloads.last_success, at_start.last_success);
}

TEST(reload, a_signal_reloads_though_nothing_has_changed) {
  a_process of;
  ASSERT_TRUE(of.eventually([&] { return of.seen().workers.size() == 4; }));
  std::raise(SIGHUP);
  ASSERT_TRUE(of.until_applied(1));
  EXPECT_THAT(of.accounts(), ElementsAre("acme ", "acme ", "acme ", "acme "));
}

}  // namespace
}  // namespace leadrelay
