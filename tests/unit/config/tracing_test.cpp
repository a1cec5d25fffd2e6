#include "config/tracing.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_support.hpp"

namespace leadrelay::config {
namespace {

using testing::IsEmpty;
using namespace std::chrono_literals;

std::string with(const std::string& more) {
  return whole("tracing: { endpoint: \"http://otel:4318\"" + (more.empty() ? "" : ", " + more) + " }\n");
}

std::string path_of(const std::string& endpoint) {
  const auto read = load(whole("tracing: { endpoint: \"" + endpoint + "\" }\n"));
  return read.value ? read.value->tracing->endpoint.path_prefix : read.issues.front();
}

TEST(tracing, is_off_unless_it_is_configured) { EXPECT_FALSE(load(whole("")).value->tracing); }

TEST(tracing, has_defaults_beside_its_endpoint) {
  const auto read = load(with(""));
  ASSERT_TRUE(read.value) << read.issues.front();
  const tracing_settings& settings = *read.value->tracing;
  EXPECT_EQ(settings.endpoint.host_header, "otel:4318");
  EXPECT_EQ(settings.service_name, "leadrelay");
  EXPECT_EQ(settings.sampling, (tracing::sampling{.ratio = 1, .parent_based = true}));
  EXPECT_EQ(settings.queue, 2048);
  EXPECT_EQ(settings.interval, 5s);
  EXPECT_EQ(settings.timeout, 10s);
}

TEST(tracing, endpoint_gets_the_path_of_traces_unless_it_has_it) {
  EXPECT_EQ(path_of("http://otel:4318"), "/v1/traces");
  EXPECT_EQ(path_of("https://otel.example/"), "/v1/traces");
  EXPECT_EQ(path_of("https://otel.example/otlp"), "/otlp/v1/traces");
  EXPECT_EQ(path_of("https://otel.example/otlp/v1/traces"), "/otlp/v1/traces");
}

TEST(tracing, all_that_is_given_is_read) {
  const auto read = load(with(
      "service_name: relay, headers: { X-Scope-OrgID: 12, Authorization: { env: T } }, sampling: { ratio: 0.25, parent_based: false }, "
      "queue: 10, interval: 1s, timeout: 2s, tls: { ca: ca.pem }"));
  ASSERT_TRUE(read.value) << read.issues.front();
  const tracing_settings& settings = *read.value->tracing;
  EXPECT_EQ(settings.service_name, "relay");
  ASSERT_EQ(settings.headers.size(), 2u);
  EXPECT_EQ(settings.headers[0].value.text, "12");
  EXPECT_EQ(settings.headers[1].value.from, credential_source::kind::environment);
  EXPECT_EQ(settings.sampling, (tracing::sampling{.ratio = 0.25, .parent_based = false}));
  EXPECT_EQ(settings.queue, 10);
  EXPECT_EQ(settings.interval, 1s);
  EXPECT_EQ(settings.timeout, 2s);
  EXPECT_EQ(settings.tls.ca_file, "ca.pem");
  EXPECT_THAT(read.issues, IsEmpty());
}

TEST(tracing, broken_one_is_told) {
  const std::string start = "tracing: { endpoint: \"http://otel:4318\", ";
  const auto column = [&](const std::string& before) { return "4:" + std::to_string(start.size() + before.size() + 1) + ": tracing."; };
  expect_issues({
      {whole("tracing: {}\n"), {"4:10: tracing: `endpoint` is missing"}},
      {whole("tracing: http://otel\n"), {"4:10: tracing: is a single value, expected a map"}},
      {with("samplin: x"), {column("") + "samplin: unknown key, did you mean `sampling`?"}},
      {with("service_name: \"\""), {column("service_name: ") + "service_name: expected 1 to 255 bytes"}},
      {with("sampling: { ratio: 2 }"), {column("sampling: { ratio: ") + "sampling.ratio: expected a number from 0.000000 to 1.000000"}},
      {with("headers: { \"a b\": x }"), {column("headers: { ") + "headers.a b: no name of a header, expected letters, digits and `-`"}},
      {with("headers: { content-type: x }"), {column("headers: { ") + "headers.content-type: belongs to the worker; remove it"}},
      {with("headers: { a: { fil: x } }"),
       {column("headers: { a: ") + "headers.a: expected { env: NAME } or { file: PATH }, did you mean `file`?"}},
      {with("tls: { key: k }"), {column("tls: { key: ") + "tls.key: needs `certificate` beside it"}},
  });
  EXPECT_FALSE(load(whole("tracing: { endpoint: \"otel:4318\" }\n")).value);
  EXPECT_FALSE(load(whole("tracing: { endpoint: \"http://user:secret@otel\" }\n")).value);
}

outcome<std::string> headers_of(const std::string& headers) {
  return read_headers(*load(with("headers: { " + headers + " }")).value->tracing);
}

TEST(tracing_headers, are_lines_of_what_they_name) {
  const temporary_folder folder;
  const std::string file = folder.write("token", "Bearer abc\n");
  setenv("LEADRELAY_TEST_TENANT", "a tenant", 1);
  EXPECT_EQ(*headers_of("Authorization: { file: \"" + file + "\" }, X-Tenant: { env: LEADRELAY_TEST_TENANT }, X-Plain: p"),
            "Authorization: Bearer abc\r\nX-Tenant: a tenant\r\nX-Plain: p\r\n");
  EXPECT_EQ(*read_headers(tracing_settings{}), "");
}

TEST(tracing_headers, that_cannot_be_had_are_told_without_their_value) {
  const temporary_folder folder;
  const std::string file = folder.write("token", "secret\r\nX-Other: y");
  const auto broken = headers_of("Authorization: { file: \"" + file + "\" }");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().detail, "tracing.headers.Authorization: has a control character or line end inside, expected printable text");
  const auto missing = headers_of("A: { file: /no/such/file }");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().detail,
            "tracing.headers.A: the file /no/such/file cannot be read: No such file or directory, expected a credential in it");
  yaml::issues issues;
  check_headers(*load(with("headers: { A: { file: /no/such/file } }")).value->tracing, issues);
  ASSERT_EQ(issues.all().size(), 1u);
  EXPECT_EQ(issues.all()[0].line, 4);
}

}  // namespace
}  // namespace leadrelay::config
