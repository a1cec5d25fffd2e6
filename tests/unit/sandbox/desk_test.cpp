#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

using kind = planned_answer::kind;
using testing::HasSubstr;
using testing::Not;

constexpr const char* orwel_lead = "/api/v1/leads/550e8400-e29b-41d4-a716-446655440000";

/// One update that each provider accepts, carrying a sequence where one is given.
struct way {
  provider of;
  const char* method;
  const char* path;
  std::string (*body)(const std::string& sequence);
};

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

const std::array<way, provider_count> ways{{
    {provider::perch, "PATCH", "/v1/leads/a",
     [](const std::string& n) {
       return R"({"email":"a@b.c","firstName":"A","lastName":"B")" +
              (n.empty() ? "" : R"(,"clientData":{"creditScoreEstimation":)" + quoted(n) + "}") + "}";
     }},
    {provider::leadpro, "PATCH", "/api/v103/leads/a",
     [](const std::string& n) {
       return R"({"first_name":"A","last_name":"B")" + (n.empty() ? "" : R"(,"meta":{"seq":)" + quoted(n) + "}") + "}";
     }},
    {provider::octanist, "PATCH", "/api/leads",
     [](const std::string& n) { return R"({"id":"a")" + (n.empty() ? "" : ",\"value\":" + n) + "}"; }},
    {provider::leadping, "PUT", "/leads/a",
     [](const std::string& n) { return n.empty() ? std::string("{}") : R"({"metadata":{"externalId":)" + quoted(n) + "}}"; }},
    {provider::orwel, "PATCH", orwel_lead,
     [](const std::string& n) { return n.empty() ? std::string("{}") : R"({"properties":{"seq":)" + n + "}}"; }},
}};

harness with_faults(provider of, const fault_settings& faults) {
  provider_options settings;
  settings.faults = faults;
  return harness(with(of, settings));
}

fault_settings always(fault what) {
  fault_settings out;
  out[what] = 100;
  return out;
}

TEST(desk, lower_sequence_is_an_order_violation_and_the_same_a_repeat) {
  for (const way& each : ways) {
    harness world;
    for (const char* n : {"1", "2", "2", "5", "3", "4", "10", "9"}) world.call(each.method, each.path, each.body(n));
    const counters& counted = world.state.counted(each.of);
    EXPECT_EQ(counted.applied, 8u) << to_string(each.of);
    EXPECT_EQ(counted.order_violations, 2u) << to_string(each.of);
    EXPECT_EQ(counted.repeats, 1u) << to_string(each.of);
  }
}

TEST(desk, same_body_without_sequence_is_a_repeat) {
  for (const way& each : ways) {
    harness world;
    for (const char* n : {"", "", "1", ""}) world.call(each.method, each.path, each.body(n));
    EXPECT_EQ(world.state.counted(each.of).repeats, 1u) << to_string(each.of);
    EXPECT_EQ(world.state.counted(each.of).order_violations, 0u) << to_string(each.of);
  }
}

TEST(desk, sequence_as_text_counts_and_what_is_no_integer_does_not) {
  harness world;
  for (const char* n : {"\"7\"", "6", "\"x\"", "5.5", "\"6 \"", "{}", "null"})
    world.call("PATCH", orwel_lead, R"({"properties":{"seq":)" + std::string(n) + "}}");
  EXPECT_EQ(world.state.counted(provider::orwel).order_violations, 1u);
  EXPECT_EQ(world.state.counted(provider::orwel).repeats, 0u);
  EXPECT_EQ(world.state.counted(provider::orwel).applied, 7u);
}

TEST(desk, order_is_that_of_each_lead_and_key) {
  harness world;
  world.call("PUT", "/leads/a", R"({"metadata":{"externalId":"5"}})");
  world.call("PUT", "/leads/b", R"({"metadata":{"externalId":"1"}})");
  world.bearer = "Bearer k2";
  world.call("PUT", "/leads/a", R"({"metadata":{"externalId":"1"}})");
  EXPECT_EQ(world.state.counted(provider::leadping).order_violations, 0u);
}

TEST(desk, refused_update_does_not_count_for_order) {
  harness world;
  world.call("PUT", "/leads/a", R"({"metadata":{"externalId":"5"}})");
  EXPECT_EQ(world.call("PUT", "/leads/a", R"({"metadata":{"externalId":"1"},"x":1})").status, 400);
  EXPECT_EQ(world.state.counted(provider::leadping).order_violations, 0u);
}

TEST(desk, request_that_begins_before_the_last_answer_is_an_overlap) {
  for (const way& each : ways) {
    fault_settings faults;
    faults.latency = std::chrono::milliseconds{10};
    harness world = with_faults(each.of, faults);
    const planned_answer first = world.call(each.method, each.path, each.body("1"));
    EXPECT_NE(first.token, 0u);
    const planned_answer second = world.call(each.method, each.path, each.body("2"));
    EXPECT_EQ(world.state.counted(each.of).overlaps, 1u) << to_string(each.of);
    world.state.finish(first.token);
    world.state.finish(second.token);
    const planned_answer third = world.call(each.method, each.path, each.body("3"));
    EXPECT_EQ(world.state.counted(each.of).overlaps, 1u) << to_string(each.of);
    world.state.finish(third.token);
  }
}

TEST(desk, requests_of_other_leads_and_keys_do_not_overlap) {
  fault_settings faults;
  faults.latency = std::chrono::milliseconds{10};
  harness world = with_faults(provider::leadping, faults);
  world.call("PUT", "/leads/a", "{}");
  world.call("PUT", "/leads/b", "{}");
  world.bearer = "Bearer k2";
  world.call("PUT", "/leads/a", "{}");
  EXPECT_EQ(world.state.counted(provider::leadping).overlaps, 0u);
}

TEST(desk, client_that_has_gone_does_not_overlap_itself) {
  harness world = with_faults(provider::leadping, always(fault::hang));
  std::uint64_t asked = 0;
  world.state.ask_still_waiting([&](std::uint64_t token) {
    asked = token;
    return false;
  });
  const planned_answer first = world.call("PUT", "/leads/a", "{}");
  world.call("PUT", "/leads/a", "{}");
  EXPECT_EQ(asked, first.token);
  EXPECT_EQ(world.state.counted(provider::leadping).overlaps, 0u);
}

TEST(desk, finishing_twice_or_after_a_reset_does_nothing) {
  harness world = with_faults(provider::orwel, always(fault::hang));
  const std::uint64_t token = world.call("PATCH", orwel_lead, "{}").token;
  world.state.finish(token);
  world.state.finish(token);
  const std::uint64_t later = world.call("PATCH", orwel_lead, "{}").token;
  world.state.reset();
  world.state.finish(later);
  EXPECT_EQ(world.state.counted(provider::orwel).overlaps, 0u);
}

TEST(desk, fault_before_applying_changes_nothing) {
  for (const way& each : ways)
    for (const fault what : {fault::hang, fault::reset_before, fault::status_429, fault::status_503, fault::status_500, fault::redirect}) {
      fault_settings faults = always(what);
      faults.redirect_location = "http://elsewhere/";
      harness world = with_faults(each.of, faults);
      world.call(each.method, each.path, each.body("1"));
      EXPECT_EQ(world.state.counted(each.of).applied, 0u) << to_string(each.of) << ' ' << to_string(what);
      EXPECT_EQ(world.state.counted(each.of).fault_count_of(what), 1u);
      EXPECT_EQ(world.state.leads_json(each.of), "{}");
    }
}

TEST(desk, fault_after_applying_has_changed_the_lead) {
  for (const way& each : ways)
    for (const fault what : {fault::reset_after, fault::malformed, fault::truncated, fault::bad_body, fault::oversized}) {
      harness world = with_faults(each.of, always(what));
      world.call(each.method, each.path, each.body("1"));
      EXPECT_EQ(world.state.counted(each.of).applied, 1u) << to_string(each.of) << ' ' << to_string(what);
      EXPECT_EQ(world.state.counted(each.of).fault_count_of(what), 1u);
    }
}

TEST(desk, faults_have_their_shapes) {
  const auto plan = [](fault what) { return with_faults(provider::orwel, always(what)).call("PATCH", orwel_lead, "{}"); };
  EXPECT_EQ(plan(fault::hang).how, kind::hang);
  EXPECT_EQ(plan(fault::reset_before).how, kind::reset);
  EXPECT_EQ(plan(fault::reset_after).how, kind::reset);
  EXPECT_EQ(plan(fault::malformed).how, kind::raw);
  EXPECT_EQ(plan(fault::truncated).how, kind::truncated);
  EXPECT_EQ(plan(fault::oversized).filler, 9u * 1024 * 1024);
  EXPECT_EQ(plan(fault::status_500).status, 500);
  EXPECT_EQ(plan(fault::bad_body).status, 200);
  EXPECT_FALSE(json::parse(plan(fault::bad_body).body));
}

TEST(desk, redirect_names_its_location) {
  fault_settings faults = always(fault::redirect);
  faults.redirect_location = "http://127.0.0.1:1/other";
  const planned_answer answer = with_faults(provider::perch, faults).call("PATCH", "/v1/leads/a", "{}");
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.headers, "Location: http://127.0.0.1:1/other\r\n");
}

TEST(desk, retry_after_is_sent_where_the_page_says_so_or_it_is_set) {
  for (const way& each : ways) {
    const bool published = each.of == provider::leadping || each.of == provider::orwel;
    fault_settings faults = always(fault::status_429);
    planned_answer answer = with_faults(each.of, faults).call(each.method, each.path, each.body("1"));
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.headers.find("Retry-After: 1\r\n") != std::string::npos, published) << to_string(each.of);
    faults.retry_after_s = 7;
    answer = with_faults(each.of, faults).call(each.method, each.path, each.body("1"));
    EXPECT_THAT(answer.headers, HasSubstr("Retry-After: 7\r\n")) << to_string(each.of);
    faults.retry_after_s = 0;
    answer = with_faults(each.of, faults).call(each.method, each.path, each.body("1"));
    EXPECT_THAT(answer.headers, HasSubstr("Retry-After: 0\r\n")) << to_string(each.of);
    faults.retry_after_s = 7;
    faults.retry_after_as_date = true;
    answer = with_faults(each.of, faults).call(each.method, each.path, each.body("1"));
    EXPECT_THAT(answer.headers, HasSubstr("Retry-After: Wed, 15 Jan 2025 15:45:07 GMT\r\n")) << to_string(each.of);
  }
}

TEST(desk, unavailable_has_retry_after_only_where_set) {
  fault_settings faults = always(fault::status_503);
  faults.retry_after_s = 7;
  EXPECT_THAT(with_faults(provider::leadping, faults).call("PUT", "/leads/a", "{}").headers, Not(HasSubstr("Retry-After")));
  faults.retry_after_on_503 = true;
  EXPECT_THAT(with_faults(provider::leadping, faults).call("PUT", "/leads/a", "{}").headers, HasSubstr("Retry-After: 7\r\n"));
}

TEST(desk, rejected_key_is_refused_in_the_providers_form) {
  for (const way& each : ways) {
    fault_settings faults;
    faults.rejected_keys = {"k1"};
    harness world = with_faults(each.of, faults);
    EXPECT_EQ(world.call(each.method, each.path, each.body("1")).status, 401) << to_string(each.of);
    faults.rejected_status = 403;
    world.state.set_faults(each.of, faults);
    EXPECT_EQ(world.call(each.method, each.path, each.body("1")).status, 403) << to_string(each.of);
    world.key = "k2";
    world.bearer = "Bearer k2";
    EXPECT_EQ(world.call(each.method, each.path, each.body("1")).status, 200) << to_string(each.of);
  }
}

TEST(desk, limit_holds_for_each_key_and_refusals_do_not_count) {
  for (const way& each : ways) {
    provider_options settings;
    settings.limits = {{2, std::chrono::seconds{10}}};
    harness world(with(each.of, settings));
    const auto status = [&] { return world.call(each.method, each.path, each.body("")).status; };
    EXPECT_EQ(status(), 200);
    world.pass(std::chrono::seconds{6});
    EXPECT_EQ(status(), 200);
    EXPECT_EQ(status(), 429);
    world.pass(std::chrono::seconds{4});
    EXPECT_EQ(status(), 200);
    EXPECT_EQ(status(), 429);
    world.key = "k2";
    world.bearer = "Bearer k2";
    EXPECT_EQ(status(), 200);
    EXPECT_EQ(world.state.counted(each.of).limited, 2u);
  }
}

TEST(desk, known_leads_only_refuses_others) {
  for (const way& each : ways) {
    provider_options settings;
    settings.known_leads_only = true;
    harness world(with(each.of, settings));
    EXPECT_EQ(world.call(each.method, each.path, each.body("1")).status, 404) << to_string(each.of);
    ASSERT_TRUE(
        world.state.seed_lead(each.of, each.of == provider::orwel ? "550e8400-e29b-41d4-a716-446655440000" : "a", "{}", world.now.wall));
    EXPECT_EQ(world.call(each.method, each.path, each.body("1")).status, 200) << to_string(each.of);
  }
}

TEST(desk, lead_whose_id_starts_with_missing_never_exists) {
  for (const char* path :
       {"/v1/leads/missing-1", "/api/v103/leads/missing-1", "/api/leads/missing-1", "/leads/missing-1", "/api/v1/leads/missing-1"})
    EXPECT_EQ(harness().call("GET", path).status, 404) << path;
  harness world;
  EXPECT_EQ(world.call("PUT", "/leads/missing-1", "{}").status, 404);
  EXPECT_EQ(world.state.leads_json(provider::leadping), "{}");
}

TEST(desk, reading_a_lead_never_written_does_not_make_it) {
  harness world;
  EXPECT_EQ(world.call("GET", "/leads/a").status, 200);
  EXPECT_EQ(world.state.leads_json(provider::leadping), "{}");
}

TEST(desk, same_seed_gives_the_same_statuses) {
  const auto statuses = [](std::uint64_t seed) {
    options settings;
    settings.seed = seed;
    settings[provider::orwel].faults[fault::status_500] = 50;
    harness world(settings);
    std::string out;
    for (int i = 0; i < 64; ++i) out += std::to_string(world.call("PATCH", orwel_lead, "{}").status) + ' ';
    world.state.reset();
    std::string again;
    for (int i = 0; i < 64; ++i) again += std::to_string(world.call("PATCH", orwel_lead, "{}").status) + ' ';
    EXPECT_EQ(out, again);
    return out;
  };
  EXPECT_EQ(statuses(1), statuses(1));
  EXPECT_NE(statuses(1), statuses(2));
}

TEST(desk, slow_body_and_latency_are_planned) {
  fault_settings faults;
  faults.slow_body = 100;
  faults.slow_body_time = std::chrono::milliseconds{300};
  faults.latency = std::chrono::milliseconds{20};
  harness world = with_faults(provider::leadpro, faults);
  const planned_answer plan = world.call("GET", "/api/v103/leads/a");
  EXPECT_EQ(plan.slow_body, std::chrono::milliseconds{300});
  EXPECT_EQ(plan.delay, std::chrono::milliseconds{20});
  EXPECT_EQ(world.state.counted(provider::leadpro).slow_bodies, 1u);
}

TEST(desk, update_not_sent_as_json_is_a_mistake) {
  harness world;
  world.state.handle({"PUT", "/leads/a", "", "Bearer k", "text/plain", "{}"}, world.now);
  world.state.handle({"PUT", "/leads/a", "", "Bearer k", "", "{}"}, world.now);
  world.state.handle({"PUT", "/leads/a", "", "Bearer k", "Application/JSON ; charset=utf-8", "{}"}, world.now);
  EXPECT_EQ(world.state.mistakes("content_type"), 2u);
}

TEST(desk, wrong_method_is_405_in_every_form) {
  for (const way& each : ways) {
    const planned_answer answer = harness().call("POST", each.path, each.body("1"));
    EXPECT_EQ(answer.status, 405) << to_string(each.of);
    EXPECT_THAT(answer.headers, HasSubstr("Allow: ")) << to_string(each.of);
    EXPECT_TRUE(json::parse(answer.body)) << to_string(each.of);
  }
}

TEST(desk, deeply_nested_body_is_no_body) {
  const std::string deep = "{\"properties\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_EQ(harness().call("PATCH", orwel_lead, deep).status, 400);
}

}  // namespace
}  // namespace leadrelay::sandbox
