// A configuration's YAML text.
#include <string>

#include "config/configuration.hpp"
#include "yaml_issues.hpp"

namespace leadrelay::fuzz {
namespace {

constexpr std::size_t telling_size = 16;

/// A secret that the file itself has once must not stand in what is said of the file.
void check_not_shown(const std::string& secret, const yaml::issues& issues, std::string_view text) {
  if (secret.size() < telling_size || count_of(secret, text) != 1) return;
  for (const yaml::issue& each : issues.all()) expect(count_of(secret, each.what) == 0, "an issue shows no secret");
}

void check_account(const config::account& of) {
  expect(!of.name.empty() && of.name.size() <= 100, "an account's name is within bounds");
  expect(of.concurrency >= 1 && of.concurrency <= 10'000, "concurrency is within bounds");
  expect(of.retry.attempts >= 1 && of.retry.attempts <= 100, "attempts are within bounds");
  expect(of.retry.first_wait > duration::zero() && of.retry.first_wait <= of.retry.longest_wait, "waits are in order");
  expect(of.retry.give_up_after > duration::zero() && of.retry.longest_retry_after > duration::zero(), "waits are not negative");
  expect(of.connect_timeout > duration::zero() && of.answer_timeout > duration::zero(), "timeouts are not negative");
  expect(of.largest_answer >= 1 << 10 && of.largest_answer <= 64 << 20, "the largest answer is within bounds");
  for (const providers::limit& each : of.limits)
    expect(each.requests >= 1 && each.per >= std::chrono::milliseconds{1}, "limits can be kept");
  expect(of.plan.base_url().starts_with("http"), "a base URL is http or https");
}

void check_configuration(const config::configuration& of) {
  expect(!of.accounts.empty() && !of.topics.lead_changes.empty() && !of.topics.dead_letters.empty(), "what is required is there");
  expect(of.threads >= 1 && of.threads <= 256, "threads are within bounds");
  expect(of.max_record >= 1 << 10 && of.max_record <= of.memory / 4, "a record fits into memory");
  expect(of.grace >= duration::zero(), "the grace period is not negative");
  for (const config::account& each : of.accounts) check_account(each);
}

}  // namespace
}  // namespace leadrelay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leadrelay;
  const std::string text(reinterpret_cast<const char*>(data), size);
  yaml::issues issues;
  // A folder that is not there, so that relative files are not there either.
  const auto loaded = config::load_text(text, "/nonexistent/leadrelay.yaml", issues);
  fuzz::check_issues(issues, text);
  fuzz::expect(loaded.has_value() == issues.good(), "a configuration is given unless there is an issue");
  if (!loaded) return 0;
  fuzz::check_configuration(*loaded);
  for (const config::account& each : loaded->accounts)
    if (each.credential.from == config::credential_source::kind::literal) fuzz::check_not_shown(each.credential.text, issues, text);
  return 0;
}
