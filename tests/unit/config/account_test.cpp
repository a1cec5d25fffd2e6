#include "config/account.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/origin.hpp"
#include "unit/config/config_support.hpp"

namespace leadrelay::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(account, broken_key_is_told) {
  const std::string time = ", such as 500ms, 5s, 15m or 1h";
  expect_issues({
      {with_account("    concurency: 4\n"), {"5:5: accounts.a.concurency: unknown key, did you mean `concurrency`?"}},
      {with_account("    read_before_write: true\n"),
       {"5:24: accounts.a.read_before_write: is not supported: the worker never reads a lead; give the event a `snapshot`, or the account "
        "`defaults`"}},
      {with_account("", "perc"), {"5:15: accounts.a.provider: no such provider, did you mean `perch`?"}},
      {with_account("", "salesforce"),
       {"5:15: accounts.a.provider: no such provider, expected one of leadping, leadpro, octanist, orwel, perch"}},
      {with_account("", "[perch]"), {"5:15: accounts.a.provider: is a list, expected a text"}},
      {with_account("", "perch", false), {"5:5: accounts.a: `credential` is missing"}},
      {kafka_part + topics_part + "accounts:\n  a: perch\n", {"4:6: accounts.a: is a single value, expected a map"}},
      {kafka_part + topics_part + "accounts:\n  a: { credential: { env: KEY } }\n", {"4:6: accounts.a: `provider` is missing"}},
      {with_account("    concurrency: 0\n"), {"5:18: accounts.a.concurrency: expected a whole number from 1 to 10000"}},
      {with_account("    concurrency: 10001\n"), {"5:18: accounts.a.concurrency: expected a whole number from 1 to 10000"}},
      {with_account("    base_url: ftp://x\n"), {"5:15: accounts.a.base_url: " + parse_origin("ftp://x").error().detail}},
      {with_account("    base_url: [x]\n"), {"5:15: accounts.a.base_url: is a list, expected a text"}},
      {with_account("    clear: remove\n"), {"5:12: accounts.a.clear: expected null, omit, empty or refuse"}},
      {with_account("    clear: omit\n"),
       {"5:12: accounts.a.clear: omit leaves a cleared field unchanged, as Perch's request does not replace the lead; expected null, empty "
        "or refuse"}},
      {with_account("    unknown_outcome: rety\n"),
       {"5:22: accounts.a.unknown_outcome: expected dead_letter or retry, did you mean `retry`?"}},
      {with_account("    merging: sometimes\n"), {"5:14: accounts.a.merging: expected true or false"}},
      {with_account("    trace_context: all\n"), {"5:20: accounts.a.trace_context: expected true or false"}},
      {with_account("    largest_answer: 65MiB\n"),
       {"5:21: accounts.a.largest_answer: expected a size from 1KiB to 64MiB, such as 512KiB, 16MiB or 1GiB"}},
      {with_account("    ignore: office_id\n"), {"5:13: accounts.a.ignore: is a single value, expected a list"}},
      {with_account("    ignore: [[x]]\n"), {"5:14: accounts.a.ignore[0]: is a list, expected a text"}},
      {with_account("    ignore: [oficce_id]\n"),
       {"5:14: accounts.a.ignore[0]: `oficce_id` is no canonical field, did you mean `office_id`?"}},
      {with_account("    require: [office_id]\n"), {"5:15: accounts.a.require[0]: `office_id` is no field of Perch"}},
      {with_account("    defaults: [x]\n"), {"5:15: accounts.a.defaults: is a list, expected a map"}},
      {with_account("    defaults: { resourceType: firm }\n"),
       {"5:31: accounts.a.defaults.resourceType: not one of ClientProfile, Firm, FirmMember"}},
      {with_account("    defaults: { resource: firm }\n"),
       {"5:27: accounts.a.defaults.resource: `resource` is no field of Perch, did you mean `resourceId`?"}},
      {with_account("    timeouts: { connect: 0s }\n"), {"5:26: accounts.a.timeouts.connect: expected a time from 1ms to 10m" + time}},
      {with_account("    timeouts: { answer: 2h }\n"), {"5:25: accounts.a.timeouts.answer: expected a time from 1ms to 1h" + time}},
      {with_account("    timeouts: { anwser: 2s }\n"), {"5:17: accounts.a.timeouts.anwser: unknown key, did you mean `answer`?"}},
      {with_account("    timeouts: 5s\n"), {"5:15: accounts.a.timeouts: is a single value, expected a map"}},
  });
}

TEST(account, broken_name_is_told) {
  const auto named = [](const std::string& name) {
    return kafka_part + topics_part + "accounts:\n  " + name + ": { provider: perch, credential: { env: KEY } }\n";
  };
  const std::string what = "no account name, expected 1 to 100 letters, digits, `.`, `_` or `-`";
  expect_issues({
      {named("a b"), {"4:3: accounts.a b: " + what}},
      {named("a/b"), {"4:3: accounts.a/b: " + what}},
      {named("\"\""), {"4:3: accounts.: " + what}},
      {named("é"), {"4:3: accounts.é: " + what}},
      {named("A.b_c-9"), {}},
      {named(std::string(100, 'a')), {}},
      {named(std::string(101, 'a')), {"4:3: accounts." + std::string(101, 'a') + ": " + what}},
  });
}

TEST(account, broken_limits_are_told) {
  const std::string per = "expected a time from 1ms to 31d, such as 500ms, 5s, 15m or 1h";
  expect_issues({
      {with_account("    limits: 100\n"), {"5:13: accounts.a.limits: is a single value, expected a list"}},
      {with_account("    limits: [ 100 ]\n"), {"5:15: accounts.a.limits[0]: is a single value, expected a map"}},
      {with_account("    limits: [ { requests: 100 } ]\n"), {"5:15: accounts.a.limits[0]: `per` is missing"}},
      {with_account("    limits: [ { per: 1h } ]\n"), {"5:15: accounts.a.limits[0]: `requests` is missing"}},
      {with_account("    limits: [ { requests: 0, per: 1h } ]\n"),
       {"5:27: accounts.a.limits[0].requests: expected a whole number from 1 to 1000000"}},
      {with_account("    limits: [ { requests: 1, per: 1 } ]\n"), {"5:35: accounts.a.limits[0].per: " + per}},
      {with_account("    limits: [ { requests: 1, per: 0ms } ]\n"), {"5:35: accounts.a.limits[0].per: " + per}},
      {with_account("    limits: [ { requests: 1, per: 32d } ]\n"), {"5:35: accounts.a.limits[0].per: " + per}},
      {with_account("    limits: [ { request: 1, per: 1s } ]\n"),
       {"5:17: accounts.a.limits[0].request: unknown key, did you mean `requests`?", "5:15: accounts.a.limits[0]: `requests` is missing"}},
  });
}

TEST(account, broken_retry_is_told) {
  const std::string time = ", such as 500ms, 5s, 15m or 1h";
  const auto retry = [](const std::string& keys) { return with_account("    retry: { " + keys + " }\n"); };
  expect_issues({
      {retry("attempts: 0"), {"5:24: accounts.a.retry.attempts: expected a whole number from 1 to 100"}},
      {retry("attempts: 101"), {"5:24: accounts.a.retry.attempts: expected a whole number from 1 to 100"}},
      {retry("first_wait: 2h"), {"5:26: accounts.a.retry.first_wait: expected a time from 1ms to 1h" + time}},
      {retry("longest_wait: 25h"), {"5:28: accounts.a.retry.longest_wait: expected a time from 1ms to 1d" + time}},
      {retry("give_up_after: 500ms"), {"5:29: accounts.a.retry.give_up_after: expected a time from 1s to 30d" + time}},
      {retry("longest_retry_after: 31d"), {"5:35: accounts.a.retry.longest_retry_after: expected a time from 1ms to 30d" + time}},
      {retry("first_wait: 5s, longest_wait: 4s"), {"5:44: accounts.a.retry.longest_wait: longest_wait 4s is shorter than first_wait 5s"}},
      {retry("first_wait: 2m"), {"5:26: accounts.a.retry.first_wait: longest_wait 1m is shorter than first_wait 2m"}},
      {retry("attemps: 3"), {"5:14: accounts.a.retry.attemps: unknown key, did you mean `attempts`?"}},
      {with_account("    retry: 3\n"), {"5:12: accounts.a.retry: is a single value, expected a map"}},
  });
  EXPECT_THAT(load(retry("first_wait: 5s, longest_wait: 5s")).issues, IsEmpty());
}

TEST(account, broken_park_is_told) {
  const std::string time = ", such as 500ms, 5s, 15m or 1h";
  const std::string size = ", such as 512KiB, 16MiB or 1GiB";
  const auto park = [](const std::string& keys) { return with_account("    park: { " + keys + " }\n"); };
  const std::string what = "5:11: accounts.a.park: expected false or a map of after, changes and bytes";
  expect_issues({
      {park("after: 999ms"), {"5:20: accounts.a.park.after: expected a time from 1s to 30d" + time}},
      {park("after: 31d"), {"5:20: accounts.a.park.after: expected a time from 1s to 30d" + time}},
      {park("after: 60"), {"5:20: accounts.a.park.after: expected a time from 1s to 30d" + time}},
      {park("after: [1m]"), {"5:20: accounts.a.park.after: expected a time from 1s to 30d" + time}},
      {park("changes: 9"), {"5:22: accounts.a.park.changes: expected a whole number from 10 to 1000000"}},
      {park("changes: 1000001"), {"5:22: accounts.a.park.changes: expected a whole number from 10 to 1000000"}},
      {park("changes: many"), {"5:22: accounts.a.park.changes: expected a whole number from 10 to 1000000"}},
      {park("bytes: 65535"), {"5:20: accounts.a.park.bytes: expected a size from 64KiB to 1024GiB" + size}},
      {park("bytes: 63KiB"), {"5:20: accounts.a.park.bytes: expected a size from 64KiB to 1024GiB" + size}},
      {park("bytes: 1025GiB"), {"5:20: accounts.a.park.bytes: expected a size from 64KiB to 1024GiB" + size}},
      {park("change: 100"), {"5:13: accounts.a.park.change: unknown key, did you mean `changes`?"}},
      {park("topic: t"), {"5:13: accounts.a.park.topic: unknown key, expected after, changes or bytes"}},
      {park("after: 1m, after: 2m"), {"5:24: accounts.a.park.after: stands twice, keep one"}},
      {with_account("    park: true\n"), {what}},
      {with_account("    park: 1m\n"), {what}},
      {with_account("    park: [after]\n"), {what}},
      {with_account("    park: ~\n"), {"5:11: accounts.a.park: expected false or a map of after, changes and bytes"}},
      {with_account("    parks: false\n"), {"5:5: accounts.a.parks: unknown key, did you mean `park`?"}},
  });
}

TEST(account, park_is_read) {
  const auto park = [](const std::string& value) {
    return load(with_account("    park: " + value + "\n")).value.value().accounts.at(0).park;
  };
  EXPECT_FALSE(park("false").on);
  EXPECT_TRUE(park("{}").on);
  EXPECT_EQ(park("{ after: 1s }").after, std::chrono::seconds{1});
  EXPECT_EQ(park("{ after: 30d }").after, std::chrono::days{30});
  EXPECT_EQ(park("{ changes: 10 }").changes, 10);
  EXPECT_EQ(park("{ changes: 1000000 }").changes, 1'000'000);
  EXPECT_EQ(park("{ bytes: 64KiB }").bytes, std::uint64_t{64} << 10);
  EXPECT_EQ(park("{ bytes: 1024GiB }").bytes, std::uint64_t{1} << 40);
  EXPECT_EQ(park("{ after: 5m }").bytes, std::nullopt);
  EXPECT_EQ(park("{ bytes: 1MiB }").after, std::chrono::minutes{1});
}

TEST(account, broken_tls_is_told) {
  const auto tls = [](const std::string& keys) { return with_account("    tls: { " + keys + " }\n"); };
  expect_issues({
      {tls("certificate: c"), {"5:25: accounts.a.tls.certificate: needs `key` beside it"}},
      {tls("key: k"), {"5:17: accounts.a.tls.key: needs `certificate` beside it"}},
      {tls("ca: \"\""), {"5:16: accounts.a.tls.ca: is empty, expected a path"}},
      {tls("cert: x"), {"5:12: accounts.a.tls.cert: unknown key, expected ca, certificate or key"}},
      {tls("ca: c"), {}},
      {tls("key: k, certificate: c"), {}},
  });
}

TEST(account, tls_beside_http_is_warned_of) {
  EXPECT_THAT(load(with_account("    base_url: http://localhost\n    tls: { ca: c }\n")).issues,
              ElementsAre("6:10: warning: accounts.a.tls: has no effect, as base_url is http; expected https, or no tls"));
}

TEST(account, broken_credential_is_told_without_showing_it) {
  const std::string expected = "expected { env: NAME } or { file: PATH }";
  const auto credential = [](const std::string& value) { return with_account("    credential: " + value + "\n", "perch", false); };
  expect_issues({
      {credential("SECRET"),
       {"5:17: warning: accounts.a.credential: the secret stands in the configuration, better { env: NAME } or { file: PATH }"}},
      {credential("\"\""), {"5:17: accounts.a.credential: " + expected}},
      {credential("[SECRET]"), {"5:17: accounts.a.credential: " + expected}},
      {credential("{ SECRET }"), {"5:17: accounts.a.credential: " + expected}},
      {credential("{ enve: SECRET }"), {"5:17: accounts.a.credential: " + expected + ", did you mean `env`?"}},
      {credential("{ env: A, file: B }"), {"5:17: accounts.a.credential: " + expected}},
      {credential("{}"), {"5:17: accounts.a.credential: " + expected}},
      {credential("{ env: \"SEC RET\" }"),
       {"5:24: accounts.a.credential.env: no name of an environment variable, expected letters, digits and `_`"}},
      {credential("{ env: 1A }"),
       {"5:24: accounts.a.credential.env: no name of an environment variable, expected letters, digits and `_`"}},
      {credential("{ file: \"\" }"), {"5:25: accounts.a.credential.file: is empty, expected a path"}},
  });
}

TEST(account, plain_http_is_warned_of_but_on_loopback) {
  const auto issues = [](const std::string& url) { return load(with_account("    base_url: " + url + "\n")).issues; };
  for (const char* fine : {"http://localhost:1", "http://127.0.0.1:1", "http://127.9.9.9", "\"http://[::1]:1\"", "https://x.example"})
    EXPECT_THAT(issues(fine), IsEmpty()) << fine;
  for (const char* open : {"http://x.example", "http://10.0.0.1:80", "http://127.0.0.1.example"})
    EXPECT_THAT(issues(open),
                ElementsAre("5:15: warning: accounts.a.base_url: http, not https: the credential and the leads travel in clear text"))
        << open;
}

TEST(account, null_is_a_word_of_clear) {
  for (const char* way : {"null", "\"null\"", "~"}) {
    const auto read = load(with_account("    clear: " + std::string(way) + "\n"));
    EXPECT_THAT(read.issues, IsEmpty());
    ASSERT_TRUE(read.value);
    EXPECT_EQ(read.value->accounts[0].plan.settings().clear, providers::clear_as::null);
  }
}

TEST(account, user_of_a_base_url_is_not_shown) {
  const auto read = load(with_account("    base_url: https://user:SECRET@x.example\n"));
  ASSERT_EQ(read.issues.size(), 1u);
  EXPECT_THAT(read.issues[0], Not(HasSubstr("SECRET")));
}

}  // namespace
}  // namespace leadrelay::config
