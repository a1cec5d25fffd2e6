// The harness itself: a test that stands on it can only fail for the right reason if this passes.
#include <csignal>
#include <stdexcept>

#include <gmock/gmock.h>

#include "base/base64.hpp"
#include "support/admin_page.hpp"
#include "support/certificates.hpp"
#include "support/environment.hpp"
#include "support/kafka_admin.hpp"
#include "support/kafka_reader.hpp"
#include "support/kafka_writer.hpp"
#include "support/needles.hpp"
#include "support/process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

TEST(kafka, records_written_are_read_back_with_every_byte) {
  const std::string topic = unique_name("support");
  kafka_admin admin(kafka_bootstrap());
  admin.create_topic(topic, 3);
  kafka_writer writer(kafka_bootstrap());
  const std::string bytes("\0\xff{\n", 4);
  writer.write(topic, {bytes, std::nullopt, {{"name", bytes}, {"empty", ""}, {"none", std::nullopt}}, 1});
  writer.write(topic, {std::nullopt, bytes, {}, 1});
  writer.flush();

  const auto records = read_topic(kafka_bootstrap(), topic);

  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].key, bytes);
  EXPECT_EQ(records[0].value, std::nullopt);
  EXPECT_EQ(records[0].header("name"), bytes);
  EXPECT_EQ(records[0].header("empty"), "");
  EXPECT_EQ(records[0].header("none"), std::nullopt);
  EXPECT_EQ(records[1].key, std::nullopt);
  EXPECT_EQ(records[1].value, bytes);
  EXPECT_THAT(admin.end_offsets(topic), testing::ElementsAre(0, 2, 0));
  EXPECT_EQ(admin.lag(unique_name("nobody"), topic), 2);
  admin.delete_topic(topic);
}

TEST(kafka, absent_topic_is_not_created_by_asking) {
  kafka_admin admin(kafka_bootstrap());
  const std::string topic = unique_name("absent");
  EXPECT_FALSE(admin.topic_exists(topic));
  EXPECT_THROW(read_topic(kafka_bootstrap(), topic), std::runtime_error);
}

TEST(process, command_that_ends_gives_its_code_and_both_outputs) {
  const command_result result = run_command({"sh", "-c", "echo out; echo $WORD >&2; exit 3"}, {{"WORD", "error"}});
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.error, "error\n");
}

TEST(process, signalled_child_tells_the_signal_and_what_it_used) {
  process child({"sh", "-c", "echo ready; exec sleep 100"});
  ASSERT_TRUE(child.output_lines().wait_for("^re(a)dy$", std::chrono::steady_clock::now() + seconds{10}));
  child.signal(SIGTERM);
  const auto ended = child.wait(seconds{10});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->signal, SIGTERM);
  EXPECT_EQ(ended->code, -1);
  EXPECT_GT(ended->peak_rss_kib, 0);
}

TEST(process, line_that_never_comes_is_nothing_at_the_deadline) {
  process child({"sleep", "100"});
  EXPECT_FALSE(child.output_lines().wait_for("ready", std::chrono::steady_clock::now() + std::chrono::milliseconds{50}));
  EXPECT_FALSE(child.wait(std::chrono::milliseconds{50}));
}

TEST(process, program_that_does_not_exist_is_refused) { EXPECT_THROW(process({"/no/such/program"}), std::runtime_error); }

TEST(certificates, each_is_what_its_name_says) {
  const certificates made;
  const auto verify = [&](const certificate_files& files) {
    const auto result = run_command({"openssl", "verify", "-CAfile", made.authority(), "-verify_hostname", "localhost", files.certificate});
    return result.output + result.error;
  };
  EXPECT_THAT(verify(made.good()), HasSubstr("OK"));
  EXPECT_THAT(verify(made.wrong_host()), HasSubstr("ostname mismatch"));
  EXPECT_THAT(verify(made.expired()), HasSubstr("expired"));
  EXPECT_THAT(verify(made.self_signed()), HasSubstr("self-signed"));
}

TEST(admin_page, prometheus_text_is_read_by_name_and_labels) {
  const auto page = admin_page::parse(
      "# HELP a_total What it is.\n# TYPE a_total counter\na_total{x=\"1\",y=\"q\\\"r\"} 2\na_total{x=\"2\"} 3.5\nb 1e3\n");
  EXPECT_EQ(page.sum("a_total"), 5.5);
  EXPECT_EQ(page.sum("a_total", {{"x", "1"}}), 2);
  EXPECT_EQ(page.sum("b"), 1000);
  EXPECT_THROW(admin_page::parse("a{x=1} 2\n"), std::runtime_error);
  EXPECT_THROW(admin_page::parse("a two\n"), std::runtime_error);
}

TEST(needles, are_found_however_they_are_written) {
  needles all;
  const std::string secret = all.add("the name", "Zo\u00eb \"Kx81\"/+");
  for (const std::string& text :
       {secret, std::string("zo\u00eb \"KX81\"/+"), std::string(R"(Zo\u00EB \"Kx81\"/+)"), std::string(R"(Zoë \"Kx81\"/+)"),
        std::string("Zo%C3%AB%20%22Kx81%22%2F%2B"), std::string("5a6fc3ab20224b783831222f2b"), encode_base64(secret),
        encode_base64("a" + secret), encode_base64("ab" + secret + "c")})
    EXPECT_EQ(all.find_in({{"a place", "before " + text + " behind"}}).size(), 1u) << text;
  EXPECT_THAT(all.find_in({{"a place", "before Zo\u00eb \"Kx82\"/+ behind"}}), testing::IsEmpty());
}

TEST(needles, too_short_to_be_told_from_chance_are_refused) { EXPECT_THROW(needles().add("the name", "Zebulon"), std::invalid_argument); }

}  // namespace
}  // namespace leadrelay::integration
