// What the pure steps of one event cost: decode, build, judge, gate, offsets.
#include <benchmark/benchmark.h>

#include "base/yaml_reader.hpp"
#include "delivery/gate.hpp"
#include "delivery/offsets.hpp"
#include "events/decode.hpp"
#include "providers/definition.hpp"
#include "providers/judge.hpp"
#include "providers/plan.hpp"

namespace leadrelay {
namespace {

constexpr std::string_view orwel_event =
    R"({"id":"01JD0000000000000000000000","account":"bench","occurred_at":"2026-11-21T10:00:00Z",)"
    R"("lead":{"id":"550e8400-e29b-41d4-a716-446655440000"},)"
    R"("native":{"properties":{"status":"qualified","score":90,"seq":17,"note":"a text of about eighty characters, as people in sales write them down"},)"
    R"("summary":{"notes":"High priority lead"}}})";

constexpr std::string_view perch_event =
    R"({"id":"01JD0000000000000000000000","account":"bench","lead":{"id":"38owigkM"},)"
    R"("changes":{"first_name":"Amya","last_name":"Williamson","email":"client1@example.com",)"
    R"("phone":{"number":"2925655632","extension":"562"},"marital_status":"Married","credit_score":"142"}})";

providers::plan make_plan(const std::string& provider) {
  yaml::issues issues;
  const auto catalogue = providers::catalogue::load(std::nullopt, issues);
  providers::account_settings settings;
  settings.account = "bench";
  const std::string file = "bench";
  const yaml::reader at(YAML::Load("{}"), "", file, issues);
  auto plan = providers::make_plan(catalogue.find(provider), std::move(settings), at);
  if (!plan) std::abort();
  return std::move(*plan);
}

void decode(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(events::decode_json(orwel_event));
}
BENCHMARK(decode);

void build(benchmark::State& state, const char* provider, std::string_view event) {
  const providers::plan plan = make_plan(provider);
  const auto change = events::decode_json(event);
  for (auto _ : state) benchmark::DoNotOptimize(plan.build(*change));
}
BENCHMARK_CAPTURE(build, orwel, "orwel", orwel_event);
BENCHMARK_CAPTURE(build, perch, "perch", perch_event);

void judge(benchmark::State& state) {
  yaml::issues issues;
  const auto definition = providers::catalogue::load(std::nullopt, issues).find("orwel");
  const std::vector<providers::answer_header> headers{{"Content-Type", "application/json"}, {"X-RateLimit-Remaining", "999"}};
  const providers::answer answer{200, headers, R"({"data":{}})"};
  for (auto _ : state) benchmark::DoNotOptimize(providers::judge(*definition, answer, false, wall_time{}));
}
BENCHMARK(judge);

void gate(benchmark::State& state) {
  delivery::gate at(256, {{1'000'000, std::chrono::seconds{1}}});
  time_point now{};
  for (auto _ : state) {
    now += std::chrono::microseconds{10};
    benchmark::DoNotOptimize(at.admit(now));
    at.send(now);
    at.leave();
  }
}
BENCHMARK(gate);

void offsets(benchmark::State& state) {
  delivery::offsets of;
  std::int64_t next = 0;
  for (; next < 256; ++next) of.take(next);
  for (auto _ : state) {
    of.take(next);
    of.settle(next - 256);
    ++next;
    benchmark::DoNotOptimize(of.committable());
  }
}
BENCHMARK(offsets);

}  // namespace
}  // namespace leadrelay
