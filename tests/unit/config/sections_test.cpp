#include "config/sections.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_support.hpp"

namespace leadrelay::config {
namespace {

using testing::IsEmpty;

TEST(kafka, broken_one_is_told) {
  const std::string rest = "\n" + topics_part + accounts_part;
  const std::string owned = "belongs to the worker, which commits an offset once all before it are settled; remove it";
  expect_issues({
      {"kafka: {}" + rest, {"1:8: kafka: `bootstrap.servers` is missing", "1:8: kafka: `group.id` is missing"}},
      {"kafka: text" + rest, {"1:8: kafka: is a single value, expected a map"}},
      {"kafka: { bootstrap.servers: b, group.id: g, enable.auto.commit: false }" + rest, {"1:45: kafka.enable.auto.commit: " + owned}},
      {"kafka: { bootstrap.servers: b, group.id: \"\" }" + rest, {"1:42: kafka.group.id: is empty"}},
      {"kafka: { bootstrap.servers: b, group.id: }" + rest, {"1:42: kafka.group.id: has no value"}},
      {"kafka: { bootstrap.servers: [b], group.id: g }" + rest, {"1:29: kafka.bootstrap.servers: is a list, expected a text"}},
      {"kafka: { bootstrap.servers: b, group.id: g, ssl: { ca: x } }" + rest, {"1:50: kafka.ssl: is a map, expected a text"}},
      {"kafka: { bootstrap.servers: b, group.id: g, group.id: h }" + rest, {"1:45: kafka.group.id: stands twice, keep one"}},
      {"kafka: { bootstrap.servers: b, group.id: \"a b\" }" + rest,
       {"1:42: kafka.group.id: becomes part of the name of the topics for parked changes, expected letters, digits, `.`, `_` and `-`"}},
  });
}

TEST(kafka, account_s_parked_topic_must_have_a_name_that_fits) {
  const std::string name(100, 'a');
  const auto text = [&](std::size_t group, const std::string& topics) {
    return "kafka: { bootstrap.servers: b, group.id: " + std::string(group, 'g') + " }\ntopics: { lead_changes: " + topics +
           ", dead_letters: d }\naccounts: { " + name + ": { provider: perch, credential: { env: KEY } } }\n";
  };
  const std::vector<std::string> too_long{
      "3:13: accounts." + name +
      ": is too long beside kafka.group.id: the topic for its parked changes, GROUP.parked.ACCOUNT (with .TOPIC where lead_changes are "
      "several), may have 249 characters"};
  EXPECT_THAT(load(text(141, "[t]")).issues, IsEmpty());
  EXPECT_EQ(load(text(142, "[t]")).issues, too_long);
  EXPECT_THAT(load(text(141, "[" + std::string(249, 't') + "]")).issues, IsEmpty()) << "one topic is not named";
  EXPECT_THAT(load(text(137, "[t, u_v]")).issues, IsEmpty());
  EXPECT_EQ(load(text(138, "[t, u_v]")).issues, too_long) << "the longer one counts";
  EXPECT_EQ(load(text(138, "[u_v, t]")).issues, too_long);
}

TEST(kafka, parked_topic_names_group_and_account_and_one_of_several_topics) {
  const auto read = [](const std::string& topics) {
    return load(kafka_part + "topics: { lead_changes: " + topics + ", dead_letters: d }\n" + accounts_part);
  };
  EXPECT_EQ(read("[t]").value->parked_topic("a", "t"), "g.parked.a");
  EXPECT_EQ(read("[t, u.v]").value->parked_topic("a", "t"), "g.parked.a.t");
  EXPECT_EQ(read("[t, u.v]").value->parked_topic("a", "u.v"), "g.parked.a.u.v");
}

TEST(topics, broken_one_is_told) {
  const auto text = [](const std::string& topics) { return kafka_part + "topics: " + topics + "\n" + accounts_part; };
  const std::string no_topic = "no topic name, expected 1 to 249 letters, digits, `.`, `_` or `-`";
  expect_issues({
      {text("{}"), {"2:9: topics: `lead_changes` is missing", "2:9: topics: `dead_letters` is missing"}},
      {text("[]"), {"2:9: topics: is a list, expected a map"}},
      {text("{ lead_changes: [], dead_letters: d }"), {"2:25: topics.lead_changes: is empty, expected at least one topic"}},
      {text("{ lead_changes: t, dead_letters: d }"), {"2:25: topics.lead_changes: is a single value, expected a list"}},
      {text("{ lead_changes: [t, u, t], dead_letters: d }"), {"2:32: topics.lead_changes[2]: `t` stands twice, keep one"}},
      {text("{ lead_changes: [\"a b\"], dead_letters: d }"), {"2:26: topics.lead_changes[0]: " + no_topic}},
      {text("{ lead_changes: [..], dead_letters: d }"), {"2:26: topics.lead_changes[0]: " + no_topic}},
      {text("{ lead_changes: [t], dead_letters: \"\" }"), {"2:44: topics.dead_letters: " + no_topic}},
      {text("{ lead_changes: [t], dead_letters: " + std::string(250, 'd') + " }"), {"2:44: topics.dead_letters: " + no_topic}},
      {text("{ lead_changes: [{a: b}], dead_letters: d }"), {"2:26: topics.lead_changes[0]: is a map, expected a text"}},
      {text("{ lead_changes: [t, d], dead_letters: d }"),
       {"2:47: topics.dead_letters: `d` is one of topics.lead_changes, the worker would read what it writes; expected another topic"}},
      {text("{ lead_changes: [t], dead_letters: d, results: t }"),
       {"2:56: topics.results: `t` is one of topics.lead_changes, the worker would read what it writes; expected another topic"}},
      {text("{ lead_changes: [t], dead_letters: d, results: d }"),
       {"2:56: topics.results: is the topic of the dead letters, expected another one"}},
      {text("{ lead_changes: [t], dead_letters: d, result: r }"), {"2:47: topics.result: unknown key, did you mean `results`?"}},
  });
  EXPECT_THAT(load(text("{ lead_changes: [" + std::string(249, 't') + "], dead_letters: d }")).issues, IsEmpty());
}

TEST(admin, broken_address_is_told) {
  const std::string expected =
      "4:18: admin.listen: expected an address or localhost and a port from 0 to 65535, such as 127.0.0.1:9464 or [::1]:0";
  for (const char* bad : {"9464",           "localhost",    "localhost:",   ":9464",         "localhost:65536",    "localhost:-1",
                          "localhost:http", "::1:80",       "[::1]",        "[]:1",          "[localhost]:1",      "a b:1",
                          "http://x:1",     "[::1:1",       "localhost:1x", "localhost:1:1", "my-host.example:80", "localhost/x:1",
                          "256.0.0.1:1",    "x@127.0.0.1:1"})
    EXPECT_EQ(load(whole("admin: { listen: \"" + std::string(bad) + "\" }\n")).issues, std::vector<std::string>{expected}) << bad;
  expect_issues({
      {whole("admin: { lisen: x }\n"), {"4:10: admin.lisen: unknown key, did you mean `listen`?"}},
      {whole("admin: { listen: [x] }\n"), {"4:18: admin.listen: is a list, expected a text"}},
      {whole("admin: 9464\n"), {"4:8: admin: is a single value, expected a map"}},
  });
}

TEST(admin, address_is_read) {
  const auto listen = [](const std::string& text) {
    const auto read = load(whole("admin: { listen: \"" + text + "\" }\n"));
    return read.value ? read.value->admin.host + " " + std::to_string(read.value->admin.port) : "none";
  };
  EXPECT_EQ(listen("127.0.0.1:9464"), "127.0.0.1 9464");
  EXPECT_EQ(listen("[::1]:0"), "::1 0");
  EXPECT_EQ(listen("[::]:65535"), ":: 65535");
  EXPECT_EQ(listen("localhost:0"), "localhost 0");
  EXPECT_EQ(listen("LOCALHOST:80"), "localhost 80");
}

TEST(log, broken_one_is_told) {
  expect_issues({
      {whole("log: { format: xml }\n"), {"4:16: log.format: expected text or json"}},
      {whole("log: { format: jsn }\n"), {"4:16: log.format: expected text or json, did you mean `json`?"}},
      {whole("log: { level: warn }\n"), {"4:15: log.level: expected debug, info, warning or error"}},
      {whole("log: { levels: info }\n"), {"4:8: log.levels: unknown key, did you mean `level`?"}},
      {whole("log: text\n"), {"4:6: log: is a single value, expected a map"}},
  });
}

}  // namespace
}  // namespace leadrelay::config
