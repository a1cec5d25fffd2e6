// Wrong use and wrong configuration end with 2 and say what would be right; trouble that may pass does not end the worker.
#include <gmock/gmock.h>

#include "support/acme_config.hpp"
#include "support/environment.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

worker_config good_config() {
  worker_config config = config_of_acme(kafka_bootstrap(), unique_name("refused"), "some-topic");
  config.accounts.front().retry = "{ attempts: 3 }";
  return config;
}

/// The end of a command with this configuration in `leadrelay.yaml`.
command_result run_with(const std::string& command, const worker_config& config) {
  const temp_dir directory;
  write_file(directory.file("leadrelay.yaml"), config.yaml());
  return run_command({leadrelay_binary(), command, "--config", directory.file("leadrelay.yaml")}, config.environment());
}

/// `run` and `check` both refuse it, with all of the words.
void expect_refused(const worker_config& config, const std::vector<std::string>& words) {
  for (const char* command : {"run", "check"}) {
    const command_result result = run_with(command, config);
    EXPECT_EQ(result.code, 2) << command << ": " << result.output << result.error;
    for (const std::string& word : words) EXPECT_THAT(result.output + result.error, HasSubstr(word)) << command;
  }
}

TEST(configuration_refused, good_configuration_passes_the_check) {
  const command_result result = run_with("check", good_config());
  EXPECT_EQ(result.code, 0) << result.output << result.error;
}

TEST(configuration_refused, unknown_librdkafka_property_is_named_with_its_line) {
  worker_config config = good_config();
  config.kafka["fetch.mim.bytes"] = "1";
  expect_refused(config, {"leadrelay.yaml:3:", "fetch.mim.bytes"});
}

TEST(configuration_refused, value_that_librdkafka_does_not_take_is_named) {
  worker_config config = good_config();
  config.kafka["session.timeout.ms"] = "soon";
  expect_refused(config, {"leadrelay.yaml:", "session.timeout.ms"});
}

TEST(configuration_refused, auto_commit_belongs_to_the_worker) {
  worker_config config = good_config();
  config.kafka["enable.auto.commit"] = "true";
  expect_refused(config, {"leadrelay.yaml:3:", "enable.auto.commit"});
}

TEST(configuration_refused, unknown_provider_and_unknown_key_are_both_told) {
  worker_config config = good_config();
  config.accounts.front().provider = "perchh";
  config.accounts.front().more["concurency"] = "4";
  expect_refused(config, {"accounts.acme.provider", "perch", "concurency", "concurrency"});
}

TEST(configuration_refused, credential_that_is_not_there_is_named_by_its_variable) {
  const temp_dir directory;
  write_file(directory.file("leadrelay.yaml"), good_config().yaml());
  const auto result = run_command({leadrelay_binary(), "run", "--config", directory.file("leadrelay.yaml")}, {{"CREDENTIAL_OF_ACME", ""}});
  EXPECT_EQ(result.code, 2) << result.error;
  EXPECT_THAT(result.error, HasSubstr("CREDENTIAL_OF_ACME"));
}

TEST(configuration_refused, every_problem_of_secrets_and_files_is_told_at_its_place) {
  worker_config config = good_config();
  config.kafka["session.timeout.ms"] = "400000";
  config.accounts.push_back(config.accounts.front());
  config.accounts.back().name = "other";
  config.accounts.back().base_url = "https://127.0.0.1:1";
  config.accounts.back().more["tls"] = "{ ca: /no/such/ca.pem }";
  const temp_dir directory;
  write_file(directory.file("leadrelay.yaml"), config.yaml());
  for (const char* command : {"run", "check"}) {
    const auto result = run_command({leadrelay_binary(), command, "--config", directory.file("leadrelay.yaml")},
                                    {{"CREDENTIAL_OF_ACME", ""}, {"CREDENTIAL_OF_OTHER", ""}});
    const std::string told = result.output + result.error;
    EXPECT_EQ(result.code, 2) << command;
    for (const char* words :
         {"kafka.session.timeout.ms: ", "accounts.acme.credential: the environment variable CREDENTIAL_OF_ACME is not set",
          "accounts.other.credential: the environment variable CREDENTIAL_OF_OTHER is not set",
          "accounts.other.tls.ca: `/no/such/ca.pem`: No such file or directory"})
      EXPECT_THAT(told, testing::ContainsRegex("leadrelay.yaml:[0-9]+:[0-9]+: " + std::string(words))) << command;
    EXPECT_THAT(told, testing::Not(HasSubstr("leadrelay.yaml:1:1:"))) << command;
  }
}

TEST(configuration_refused, missing_file_is_named) {
  for (const char* command : {"run", "check"}) {
    const auto result = run_command({leadrelay_binary(), command, "--config", "/no/such/leadrelay.yaml"});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.output + result.error, HasSubstr("/no/such/leadrelay.yaml"));
  }
}

TEST(configuration_refused, wrong_use_ends_with_2) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{{"run", "--confgi", "x"},
                                                                                         {"run"},
                                                                                         {"no-such-command"},
                                                                                         {"no-such-command", "--help"},
                                                                                         {"sandbox", "--listen", "nowhere"},
                                                                                         {"--no-such-flag"},
                                                                                         {"demo", "--seed", "-1"},
                                                                                         {"providers", "--source"}}) {
    std::vector<std::string> command{leadrelay_binary()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto result = run_command(command);
    EXPECT_EQ(result.code, 2) << arguments.front() << ": " << result.output << result.error;
    EXPECT_THAT(result.error, testing::Not(testing::IsEmpty())) << arguments.front();
  }
}

TEST(configuration_refused, help_and_version_end_with_0) {
  for (const char* command : {"", "run", "demo", "check", "explain", "providers", "sandbox"}) {
    for (const char* flag : {"--help", "--version"}) {
      std::vector<std::string> arguments{leadrelay_binary(), command, flag};
      std::erase(arguments, "");
      const auto result = run_command(arguments);
      EXPECT_EQ(result.code, 0) << command << ' ' << flag << ": " << result.error;
      EXPECT_THAT(result.output, HasSubstr("eadrelay"));
    }
  }
}

TEST(configuration_refused, broker_that_cannot_be_reached_does_not_end_the_worker) {
  worker_config config = good_config();
  config.kafka["bootstrap.servers"] = "127.0.0.1:1";
  worker_process worker(config);

  const auto reason = [&] { return http_get(worker.admin_url() + "/readyz").body; };
  EXPECT_TRUE(eventually(seconds{30}, [&] { return worker.log().find("127.0.0.1:1") != std::string::npos; })) << worker.log();
  EXPECT_TRUE(worker.child().running());
  EXPECT_EQ(http_get(worker.admin_url() + "/readyz").status, 503);
  EXPECT_THAT(reason(), testing::Not(testing::IsEmpty()));
  EXPECT_EQ(worker.stop(seconds{40}).code, 0) << worker.log();
}

}  // namespace
}  // namespace leadrelay::integration
