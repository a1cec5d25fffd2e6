#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
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

/// Any certificate will do.
constexpr const char* certificate = R"(-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIUTHWOZQhem2svbkSV/3IJN2Q3gngwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBdDAgFw0yNjExMjIxMjI1MjdaGA8yMTI2MTAyOTEyMjUyN1ow
DDEKMAgGA1UEAwwBdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBbN0iJu6f9y
c/rhJbcEVP4rZIGre7iL4BAVDFa9o1LIkaqExqBtJi6wp60HJTVlNZWN+E7LZ6df
kIrGKlzKsjyjUzBRMB0GA1UdDgQWBBQNW/INtKwMzDOuLA31dCiqM9gjFzAfBgNV
HSMEGDAWgBQNW/INtKwMzDOuLA31dCiqM9gjFzAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0gAMEUCIBf30iiM0CferhiIhYPjEqZK/f9JY4b/MrfPhMqPtwuk
AiEA8HBxdD5i3CM2yWBGyYFmmJOYQb0kjvSE57KNn99WgMg=
-----END CERTIFICATE-----
)";

/// A process whose configuration, the files of a folder, a test changes.
class a_process {
 public:
  using action = std::function<void(a_process&)>;

  /// What happens once its configuration has been read for the first time.
  explicit a_process(const action& after_first_reading = {}) {
    log::start(log::format::text, log::level::error);
    setenv("LEADRELAY_TEST_KEY", "key-of-the-test", 1);
    EXPECT_EQ(cluster_.create_topic("changes", 8), "");
    write(acme);
    yaml::issues issues;
    auto loaded = config::load_files({folder()}, issues);
    EXPECT_TRUE(loaded);
    if (after_first_reading) after_first_reading(*this);
    auto configuration = std::make_shared<const config::configuration>(std::move(*loaded));
    process::configuration_source source{.read =
                                             [this](yaml::issues& into) {
                                               auto out = config::load_files({folder()}, into);
                                               if (const auto then = std::exchange(after_reading_, {})) then(*this);
                                               return out;
                                             },
                                         .paths = {folder()}};
    auto made = process::process::make(std::move(configuration), std::move(source));
    EXPECT_TRUE(made) << made.error().detail;
    process_ = std::move(*made);
    running_ = std::jthread([this] { process_->run(); });
    EXPECT_TRUE(process_->snapshot_from_outside()) << "from then on it takes signals";
  }
  ~a_process() { process_->stop(); }

  std::string folder() const { return folder_.path("configuration"); }

  /// SIGHUP, and what happens on the thread that reads, once it has read.
  void reload_and(action then) {
    after_reading_ = std::move(then);
    std::raise(SIGHUP);
  }

  /// At once, as a signal may have it read at any moment.
  void write(const std::string& accounts, const std::string& threads = "4") {
    put("leadrelay.yaml", "kafka: { bootstrap.servers: '" + cluster_.bootstrap_servers() +
                              "', group.id: reload }\ntopics: { lead_changes: [changes], dead_letters: changes.dead }\n"
                              "admin: { listen: 127.0.0.1:0 }\ngrace: 20s\nthreads: " +
                              threads + "\naccounts:\n" + accounts);
  }
  void put(const std::string& file, const std::string& text) {
    folder_.write("next.yaml", text);
    std::filesystem::create_directory(folder());
    std::filesystem::rename(folder_.path("next.yaml"), folder() + "/" + file);
  }
  void remove(const std::string& file) { std::filesystem::remove(folder() + "/" + file); }

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
  action after_reading_;
  kafka::mock_cluster cluster_ = *kafka::mock_cluster::start();
  std::unique_ptr<process::process> process_;
  std::jthread running_;
};

testing::Matcher<std::vector<std::string>> all_have(const std::string& names) { return ElementsAre(names, names, names, names); }

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
  EXPECT_THAT(of.accounts(), all_have("acme "));

  of.folder_.write("secret", "key");
  of.write(acme + with_file("filed", of.folder_.path("secret")));
  ASSERT_TRUE(of.until_applied(1));
  EXPECT_THAT(of.accounts(), all_have("acme filed "));
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
  std::raise(SIGHUP);
  ASSERT_TRUE(of.until_applied(1));
  EXPECT_THAT(of.accounts(), all_have("acme "));
}

const std::string late =
    "accounts:\n  late: { provider: orwel, base_url: 'http://127.0.0.1:1', credential: { env: LEADRELAY_TEST_KEY } }\n";

TEST(reload, what_changes_between_the_first_reading_and_the_first_look_is_taken) {
  a_process of([](a_process& at) { at.put("late.yaml", late); });
  ASSERT_TRUE(of.until_applied(1));
  EXPECT_THAT(of.accounts(), all_have("late acme "));
}

TEST(reload, files_that_come_and_go_while_others_are_read_are_taken_after_them) {
  a_process of;
  of.reload_and([](a_process& at) { at.put("late.yaml", late); });
  ASSERT_TRUE(of.until_applied(2));
  EXPECT_THAT(of.accounts(), all_have("late acme "));
  of.reload_and([](a_process& at) { at.remove("late.yaml"); });
  ASSERT_TRUE(of.until_applied(4));
  EXPECT_THAT(of.accounts(), all_have("acme "));
}

TEST(reload, a_reading_that_throws_is_refused) {
  a_process of;
  of.reload_and([](a_process&) { throw std::runtime_error("no memory is left"); });
  ASSERT_TRUE(of.until_refused(1));
  EXPECT_THAT(of.seen().reloads.refusal, HasSubstr("cannot be read: no memory is left"));
  std::raise(SIGHUP);
  ASSERT_TRUE(of.until_applied(1));
}

TEST(reload, tls_files_are_watched_and_wrong_ones_refused) {
  a_process of;
  const std::string ca = of.folder_.write("ca.pem", certificate);
  of.write(acme + "  secure: { provider: orwel, base_url: 'https://127.0.0.1:1', credential: { env: LEADRELAY_TEST_KEY }, tls: { ca: '" +
           ca + "' } }\n");
  ASSERT_TRUE(of.until_applied(1));
  of.folder_.write("ca.pem", "no certificate");
  ASSERT_TRUE(of.until_refused(1));
  EXPECT_THAT(of.seen().reloads.refusal, HasSubstr("accounts.secure.tls: ca `" + ca + "`"));
  const auto mended = std::chrono::steady_clock::now();
  of.folder_.write("ca.pem", std::string(certificate) + certificate);
  ASSERT_TRUE(of.until_applied(2));
  EXPECT_LT(std::chrono::steady_clock::now() - mended, 25s) << "what was refused is tried again after 30 s";
  EXPECT_EQ(of.seen().reloads.refused, 1u);
}

}  // namespace
}  // namespace leadrelay
