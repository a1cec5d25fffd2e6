// A definition's YAML text. What compiles must work: as a plan, in requests, on answers.
#include <string>

#include "base/date_time.hpp"
#include "events/decode.hpp"
#include "providers/definition.hpp"
#include "providers/headers.hpp"
#include "providers/judge.hpp"
#include "providers/plan.hpp"
#include "requests.hpp"
#include "yaml_issues.hpp"

namespace leadrelay::fuzz {
namespace {

constexpr std::string_view event = R"({"id": "e", "account": "a", "lead": {"id": "550e8400-e29b-41d4-a716-446655440000",
  "email": "a@b.example", "phone": "+15550100"}, "changes": {"first_name": "A", "last_name": "B", "email": "c@d.example",
  "phone": {"number": "1", "extension": "2"}, "address": {"line1": "1 Main St", "city": "X"}, "value": 5, "status": "lost",
  "note": "n", "questionnaire": [["q", "a"]], "meta": {"k": "v"}, "date_of_birth": "1987-07-13", "properties": {"a": [1]}},
  "snapshot": {"first_name": "old", "postcode": "EX1", "loss_reason": "price"}})";

constexpr std::string_view native_event =
    R"({"id": "e", "account": "a", "lead": {"id": "7", "email": "a@b.example", "phone": "+1"}, "native": {"id": "7", "a": {"b": null}}})";

void check_plan(std::shared_ptr<const providers::definition> compiled) {
  yaml::issues issues;
  static const std::string file = "account.yaml";
  const yaml::reader at(YAML::Load("{}"), "accounts.a", file, issues);
  providers::account_settings settings;
  // Whatever the definition says of fields that the two events do not have, they can say the rest.
  for (const auto name : {"first_name", "last_name", "email", "phone", "address", "value", "status", "note", "questionnaire", "meta",
                          "date_of_birth", "properties"})
    settings.ignore.insert(name);
  const auto plan = providers::make_plan(std::move(compiled), std::move(settings), at);
  expect(plan.has_value() == issues.good(), "a plan is made unless there is an issue");
  expect(plan.has_value(), "a definition that compiles can be used as it is");
  static const auto change = events::decode_json(event);
  static const auto native = events::decode_json(native_event);
  expect(change && native, "the events can be decoded");
  check_request(*plan, *change, event);
  check_request(*plan, *native, native_event);
}

void check_headers(const providers::definition& compiled) {
  const auto made = providers::make_headers(compiled, "api.example", "user:secret");
  expect(made.has_value(), "a definition's headers can be made");
  std::string_view left = *made;
  while (!left.empty()) {
    const std::size_t end = left.find("\r\n");
    expect(end != std::string_view::npos, "each header ends with CR LF");
    const std::string_view line = left.substr(0, end);
    expect(line.find(": ") != std::string_view::npos && line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
           "each header is one line");
    left.remove_prefix(end + 2);
  }
}

void check_judgement(const providers::definition& compiled) {
  const wall_time now = *parse_date_time("2026-11-21T10:00:00Z");
  const providers::answer_header headers[] = {{"RateLimit", "\"a\";r=5;t=3"}, {"Retry-After", "3"}, {"RateLimit-Policy", "\"a\";q=9;w=60"}};
  for (const unsigned status : {200u, 302u, 409u, 422u, 429u, 500u}) {
    const providers::answer given{status, headers,
                                  R"({"success":false,"error":{"code":"X","message":"m"},"message":"m","data":[1,{"a":2}]})"};
    const auto judged = providers::judge(compiled, given, true, now);
    expect(judged.is == providers::verdict::delivered || is_one_line(judged.detail), "a judgement is one line");
    providers::read_limits(compiled, given, now);
  }
}

}  // namespace
}  // namespace leadrelay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leadrelay;
  const std::string text(reinterpret_cast<const char*>(data), size);
  yaml::issues issues;
  auto compiled = providers::compile(text, "definition.yaml", issues);
  fuzz::check_issues(issues, text);
  fuzz::expect((compiled != nullptr) == issues.good(), "a definition compiles unless there is an issue");
  if (!compiled) return 0;
  fuzz::expect(!compiled->name().empty() && !compiled->describe().empty(), "a definition can be described");
  fuzz::check_headers(*compiled);
  fuzz::check_judgement(*compiled);
  fuzz::check_plan(std::move(compiled));
  return 0;
}
