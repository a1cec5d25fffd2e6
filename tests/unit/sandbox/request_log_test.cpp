#include "sandbox/request_log.hpp"

#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

request named(std::string_view target, std::string_view body = "") { return {"PATCH", target, "secret", "Bearer secret", "", body}; }

const wall_time noon = *parse_date_time("2025-01-15T12:00:00Z");

TEST(request_log, newest_are_kept_oldest_first) {
  request_log log(3);
  for (const char* target : {"/1", "/2", "/3", "/4"}) log.add(named(target), 200, noon);
  const auto all = parsed(log.json(10));
  ASSERT_EQ(all.Size(), 3u);
  EXPECT_EQ(json::text(all[0]["target"]), "/2");
  EXPECT_EQ(json::text(all[2]["target"]), "/4");
  EXPECT_EQ(parsed(log.json(1))[0]["target"], all[2]["target"]);
  EXPECT_EQ(log.json(0), "[]");
}

TEST(request_log, each_tells_when_it_came) {
  request_log log(2);
  for (int each = 0; each < 3; ++each) log.add(named("/"), 200, noon + std::chrono::milliseconds{each});
  const auto all = parsed(log.json(2));
  EXPECT_EQ(json::text(all[0]["at"]), "2025-01-15T12:00:00.001Z");
  EXPECT_EQ(json::text(all[1]["at"]), "2025-01-15T12:00:00.002Z");
}

TEST(request_log, nothing_is_kept_where_none_is_wanted) {
  request_log log(0);
  log.add(named("/1"), 200, noon);
  EXPECT_EQ(log.json(10), "[]");
}

TEST(request_log, body_is_text_whatever_its_bytes_and_cut_where_long) {
  request_log log(2);
  log.add(named("/1", "\xff\"{"), 200, noon);
  const std::string long_body(request_log::most_body + 1, 'x');
  log.add(named("/2", long_body), 200, noon);
  const auto all = parsed(log.json(2));
  EXPECT_EQ(json::text(all[0]["body"]), "\\xFF\"{");
  EXPECT_EQ(all[1]["body"].GetStringLength(), request_log::most_body);
  EXPECT_EQ(all[1]["body_bytes"].GetUint64(), long_body.size());
}

TEST(request_log, credentials_are_not_kept) {
  request_log log(1);
  log.add(named("/1"), 200, noon);
  EXPECT_THAT(log.json(1), testing::Not(testing::HasSubstr("secret")));
}

}  // namespace
}  // namespace leadrelay::sandbox
