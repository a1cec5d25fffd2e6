#include <gmock/gmock.h>

#include "unit/admin/a_process.hpp"

namespace leadrelay::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(metrics_text, workers_of_one_account_are_added_up) {
  const std::string text = metrics_text(a_process());
  EXPECT_THAT(text, HasSubstr("\nleadrelay_changes_taken_total{account=\"ac\\\"me\",provider=\"orwel\"} 20\n"));
  EXPECT_THAT(text, HasSubstr("leadrelay_dead_letters_total{account=\"ac\\\"me\",provider=\"orwel\",reason=\"rejected\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_records_total 22\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_partition_stalls_total 2\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_dead_letters_unwritten 4\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_workers 2\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_partition_paused{topic=\"changes\",partition=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_partition_paused{topic=\"changes\",partition=\"0\"} 0\n"));
}

TEST(metrics_text, tells_what_became_of_the_last_configuration) {
  process_snapshot process = a_process();
  process.reloads = {.applied = 4, .refused = 0, .refusal = "", .last_success = wall_time{std::chrono::milliseconds{1'800'000'000'500}}};
  EXPECT_THAT(metrics_text(process), HasSubstr("\nleadrelay_configuration_last_reload_successful 1\n"));
  EXPECT_THAT(metrics_text(process), HasSubstr("\nleadrelay_configuration_last_reload_success_timestamp_seconds 1800000000.5\n"));
  process.reloads.refused = 2;
  process.reloads.refusal = "f:1:2: what is wrong";
  EXPECT_THAT(metrics_text(process), HasSubstr("\nleadrelay_configuration_last_reload_successful 0\n"));
  EXPECT_THAT(metrics_text(process), HasSubstr("\nleadrelay_configuration_reloads_total{result=\"applied\"} 4\n"));
  EXPECT_THAT(metrics_text(process), HasSubstr("\nleadrelay_configuration_reloads_total{result=\"refused\"} 2\n"));
  EXPECT_THAT(process.troubles(), HasSubstr("configuration refused: f:1:2: what is wrong"));
}

TEST(metrics_text, workers_that_reload_at_different_moments_are_added_up_by_account) {
  process_snapshot process = a_process();
  auto& accounts = process.workers[1].accounts;
  relay::account_snapshot& added = *accounts.emplace(accounts.begin());
  added.name = "new";
  added.provider = "perch";
  accounts[0].counts.taken = 5;
  const std::string text = metrics_text(process);
  EXPECT_THAT(text, HasSubstr("\nleadrelay_changes_taken_total{account=\"ac\\\"me\",provider=\"orwel\"} 20\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_changes_taken_total{account=\"new\",provider=\"perch\"} 5\n"));
}

TEST(metrics_text, lag_and_the_age_of_the_oldest_change_are_there_where_they_are_known) {
  process_snapshot process = a_process();
  EXPECT_THAT(metrics_text(process), Not(HasSubstr("\nleadrelay_partition_lag{")));
  EXPECT_THAT(metrics_text(process), Not(HasSubstr("\nleadrelay_oldest_change_seconds{")));
  process.taken = wall_time{std::chrono::seconds{1'800'000'090}};
  process.workers[0].accounts[0].oldest = wall_time{std::chrono::seconds{1'800'000'000}};
  process.workers[0].partitions[0].end = 25;
  EXPECT_THAT(metrics_text(process), HasSubstr("\nleadrelay_partition_lag{topic=\"changes\",partition=\"0\"} 20\n"));
  EXPECT_THAT(metrics_text(process), HasSubstr("\nleadrelay_oldest_change_seconds{account=\"ac\\\"me\",provider=\"orwel\"} 90\n"));
}

TEST(metrics_text, spans_are_counted_and_the_dropped_ones_by_their_cause) {
  process_snapshot process = a_process();
  process.spans.exported = 7;
  process.spans.failures = 3;
  process.spans.queued = 4;
  process.spans.dropped[static_cast<std::size_t>(otlp::drop_reason::gave_up)] = 2;
  const std::string text = metrics_text(process);
  EXPECT_THAT(text, HasSubstr("\nleadrelay_spans_exported_total 7\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_span_export_failures_total 3\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_spans_queued 4\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_spans_dropped_total{cause=\"gave_up\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_spans_dropped_total{cause=\"queue_full\"} 0\n"));
}

TEST(metrics_text, a_credential_refused_or_unreadable_in_one_worker_is_so) {
  const std::string text = metrics_text(a_process());
  EXPECT_THAT(text, HasSubstr("\nleadrelay_credential_refused{account=\"ac\\\"me\",provider=\"orwel\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_credential_unreadable{account=\"ac\\\"me\",provider=\"orwel\"} 1\n"));
}

TEST(metrics_text, an_account_tells_what_it_waits_for_how_many_requests_are_good_for_it_and_what_is_parked_or_merged) {
  process_snapshot process = a_process();
  process.workers.resize(1);
  relay::account_snapshot& account = process.workers[0].accounts[0];
  account.state = delivery::gate_state::limited;
  account.concurrency = 12;
  account.parked = 7;
  account.counts.merged = 3;
  const std::string text = metrics_text(process);
  const std::string labels = "account=\"ac\\\"me\",provider=\"orwel\"";
  EXPECT_THAT(text, HasSubstr("\nleadrelay_account_state{" + labels + ",state=\"limited\"} 1\n"));
  for (const std::string other : {"flowing", "busy", "retry_budget", "waiting", "breaker_open", "credential_refused"})
    EXPECT_THAT(text, HasSubstr("\nleadrelay_account_state{" + labels + ",state=\"" + other + "\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_account_concurrency{" + labels + "} 12\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_changes_parked{" + labels + "} 7\n"));
  EXPECT_THAT(text, HasSubstr("\nleadrelay_merged_total{" + labels + "} 3\n"));
}

TEST(metrics_text, a_histogram_counts_each_bucket_with_all_below_it) {
  const std::string text = metrics_text(a_process());
  EXPECT_THAT(text, HasSubstr("leadrelay_request_duration_seconds_bucket{account=\"ac\\\"me\",provider=\"orwel\",le=\"0.01\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("leadrelay_request_duration_seconds_bucket{account=\"ac\\\"me\",provider=\"orwel\",le=\"0.025\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("leadrelay_request_duration_seconds_bucket{account=\"ac\\\"me\",provider=\"orwel\",le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("leadrelay_request_duration_seconds_count{account=\"ac\\\"me\",provider=\"orwel\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("leadrelay_delivery_duration_seconds_bucket{account=\"ac\\\"me\",provider=\"orwel\",le=\"2.5\"} 2\n"));
}

TEST(metrics_text, every_family_has_its_help_and_type_before_its_samples) {
  const std::string text = metrics_text(a_process());
  std::string family;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("# TYPE ")) family = line.substr(7, line.find(' ', 7) - 7);
    if (!line.starts_with('#')) {
      EXPECT_TRUE(line.starts_with(family)) << line << " after " << family;
    }
  }
  EXPECT_FALSE(family.empty());
}

}  // namespace
}  // namespace leadrelay::admin
