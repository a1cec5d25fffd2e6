// Traces of a running worker at a receiver, the trace context at the provider, and a log whose level changes.
#include <csignal>

#include <gmock/gmock.h>

#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/otlp_receiver.hpp"
#include "support/scenario.hpp"
#include "support/temp_dir.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string producer = "b7ad6b7169203331";

kafka_record traced(const lead_change& event) {
  kafka_record out = event.record();
  out.headers = {{"traceparent", "00-" + trace + "-" + producer + "-01"}, {"tracestate", "congo=t61rcWkgMzE"}};
  return out;
}

/// The spans of an event: its `process`, and what is within it.
std::vector<received_span> spans_of(const std::vector<received_span>& all, const std::string& event_id) {
  std::vector<received_span> out;
  for (const received_span& each : all)
    if (const auto id = each.attributes.find("messaging.message.id"); id != each.attributes.end() && id->second == event_id)
      out.push_back(each);
  if (out.empty()) return out;
  for (const received_span& each : all)
    if (each.parent == out.front().id) out.push_back(each);
  return out;
}

std::vector<std::string> names(const std::vector<received_span>& of) {
  std::vector<std::string> out;
  for (const received_span& each : of) out.push_back(each.name);
  return out;
}

/// A worker that traces to the receiver, its headers from a file.
worker_config tracing_config(const scenario& world, const otlp_receiver& receiver, const temp_dir& secrets, const std::string& provider) {
  write_file(secrets.file("authorization"), "Bearer tracing-secret-token\n");
  worker_config config = world.config({world.account("acme", provider)});
  config.more["tracing"] =
      "{ endpoint: " + receiver.url() +
      ", interval: 100ms, service_name: relay-of-the-test, headers: { Authorization: { file: " + secrets.file("authorization") + " } } }";
  return config;
}

TEST(tracing, spans_of_changes_reach_the_receiver_within_the_traces_of_their_records) {
  scenario world("tracing");
  const otlp_receiver receiver({503});
  const temp_dir secrets;
  world.sandbox().set_faults(R"({"orwel":{"status_503":30,"retry_after_s":0},"seed":3})");
  worker_process worker(tracing_config(world, receiver, secrets, "orwel"));
  for (unsigned lead = 0; lead < 20; ++lead)
    world.writer().write(world.topic(), traced({"e" + std::to_string(lead), "acme", uuid_of(lead), R"({"properties":{"seq":1}})", "", ""}));
  world.writer().write(world.topic(), {"key", "not an event", {}});
  world.writer().flush();
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  ASSERT_TRUE(eventually(seconds{30}, [&] { return worker.metrics().sum("leadrelay_spans_queued") == 0; }));
  const double exported = worker.metrics().sum("leadrelay_spans_exported_total");
  EXPECT_GE(worker.metrics().sum("leadrelay_span_export_failures_total"), 1) << "the first request was answered with 503";
  EXPECT_EQ(worker.metrics().sum("leadrelay_spans_dropped_total"), 0);
  EXPECT_EQ(worker.stop().code, 0) << worker.log();

  const std::vector<received_span> all = receiver.spans();
  EXPECT_EQ(all.size(), static_cast<std::size_t>(exported));
  for (const received_request& each : receiver.requests()) {
    EXPECT_EQ(each.target, "/v1/traces");
    EXPECT_EQ(each.content_type, "application/json");
    EXPECT_EQ(each.authorization, "Bearer tracing-secret-token");
  }
  std::size_t attempts = 0;
  for (unsigned lead = 0; lead < 20; ++lead) {
    const std::vector<received_span> spans = spans_of(all, "e" + std::to_string(lead));
    ASSERT_GE(spans.size(), 3u) << lead;
    EXPECT_EQ(spans[0].name, "process " + world.topic());
    EXPECT_EQ(spans[0].kind, 5);
    EXPECT_EQ(spans[0].parent, producer);
    EXPECT_THAT(spans[0].attributes, Contains(Pair("leadrelay.outcome", "delivered")));
    EXPECT_THAT(spans[0].resource, Contains(Pair("service.name", "relay-of-the-test")));
    EXPECT_EQ(spans[1].name, "wait");
    EXPECT_EQ(spans[2].name, "PATCH /api/v1/leads/{id}");
    EXPECT_EQ(spans[2].kind, 3);
    for (const received_span& each : spans) {
      EXPECT_EQ(each.trace, trace);
      EXPECT_LE(spans[0].start_ns, each.start_ns);
      EXPECT_LE(each.end_ns, spans[0].end_ns);
    }
    EXPECT_EQ(spans.size() % 2, 1u) << "a wait before each attempt";
    attempts += spans.size() / 2;
  }
  EXPECT_EQ(attempts, world.sandbox().count("orwel", "requests"));
}

TEST(tracing, dead_letter_is_told_within_its_change_after_the_attempt) {
  scenario world("tracing-dead");
  const otlp_receiver receiver;
  const temp_dir secrets;
  worker_process worker(tracing_config(world, receiver, secrets, "perch"));
  world.writer().write(world.topic(),
                       traced({"e1", "acme", "missing-1", R"({"first_name":"A","last_name":"B","email":"a@b.example"})", "", ""}));
  world.writer().write(world.topic(), traced({"e2", "acme", "lead-2", R"({"no_such_field":1})", "", ""}));
  world.writer().flush();
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  const std::vector<received_span> all = receiver.spans();
  const std::string letter = "send " + world.dead_topic();
  const std::vector<received_span> sent = spans_of(all, "e1");
  EXPECT_THAT(names(sent), ElementsAre("process " + world.topic(), "wait", "PATCH /v1/leads/{id}", letter));
  const std::vector<received_span> unsent = spans_of(all, "e2");
  EXPECT_THAT(names(unsent), ElementsAre("process " + world.topic(), "wait", letter));
  for (const auto& [spans, reason] : {std::pair(sent, "not_found"), std::pair(unsent, "unmapped_field")}) {
    const received_span& last = spans.back();
    EXPECT_EQ(last.trace, trace);
    EXPECT_EQ(last.kind, 3);
    EXPECT_THAT(last.attributes, Contains(Pair("leadrelay.reason", reason)));
    EXPECT_THAT(last.attributes, Contains(Pair("messaging.destination.name", world.dead_topic())));
    EXPECT_LE(last.end_ns, spans.front().end_ns);
    EXPECT_LE(spans[spans.size() - 2].end_ns, last.start_ns);
  }
}

TEST(tracing, receiver_that_is_away_holds_up_nothing) {
  scenario world("tracing-away");
  const temp_dir secrets;
  worker_config config = [&] {
    const otlp_receiver gone;
    return tracing_config(world, gone, secrets, "orwel");
  }();
  config.more["grace"] = "5s";
  config.more["tracing"].insert(config.more["tracing"].size() - 2, ", queue: 20");
  worker_process worker(config);
  for (unsigned lead = 0; lead < 100; ++lead)
    world.writer().write(world.topic(),
                         lead_change{"e" + std::to_string(lead), "acme", uuid_of(lead), R"({"properties":{"seq":1}})", "", ""}.record());
  world.writer().flush();
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  const admin_page metrics = worker.metrics();
  EXPECT_EQ(metrics.sum("leadrelay_changes_delivered_total"), 100);
  EXPECT_GE(metrics.sum("leadrelay_spans_dropped_total", {{"cause", "queue_full"}}), 280);
  EXPECT_LE(metrics.sum("leadrelay_spans_queued"), 20);
  EXPECT_EQ(worker.stop(seconds{20}).code, 0) << worker.log();
  EXPECT_THAT(worker.log(), HasSubstr("spans cannot be exported"));
}

TEST(tracing, spans_show_neither_credentials_nor_leads) {
  scenario world("tracing-silent");
  const otlp_receiver receiver;
  const temp_dir secrets;
  worker_config config = tracing_config(world, receiver, secrets, "perch");
  config.more["log"] = "{ level: debug }";
  worker_process worker(config);
  const std::string data = R"({"first_name":"Zebulonia","last_name":"Quartermaine","email":"zebulonia@secret.example","sin":"046454286"})";
  world.writer().write(world.topic(), traced({"e1", "acme", "lead-Zebulonia-1", data, "", ""}));
  world.writer().write(world.topic(), traced({"e2", "acme", "missing-Zebulonia-2", data, "", ""}));
  world.writer().write(world.topic(), traced({"e3", "acme", "lead-Zebulonia-3", R"({"resource_type":"Zebulonia"})", "", ""}));
  world.writer().flush();
  ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  EXPECT_EQ(worker.stop().code, 0);

  std::string seen = worker.log();
  for (const received_request& each : receiver.requests()) seen += each.body;
  for (const char* id : {"e1", "e2", "e3"}) EXPECT_THAT(seen, HasSubstr("\"" + std::string(id) + "\""));
  EXPECT_THAT(seen, HasSubstr("trace_id=" + trace));
  for (const char* secret : {"secret-credential", "tracing-secret-token", "Zebulonia", "Quartermaine", "zebulonia", "046454286"})
    EXPECT_THAT(seen, Not(HasSubstr(secret)));
}

TEST(tracing, log_tells_each_event_s_story_from_a_signal_on_until_another) {
  scenario world("tracing-log");
  worker_process worker(world.config({world.account("acme", "orwel")}));
  worker.wait_until_ready();
  const auto deliver = [&](const std::string& id) {
    world.writer().write(world.topic(), traced({id, "acme", uuid_of(1), R"({"properties":{"seq":1}})", "", ""}));
    world.writer().flush();
    ASSERT_TRUE(eventually(seconds{60}, [&] { return world.lag() == 0; })) << worker.log();
  };
  const auto signal = [&](int number, const std::string& level) {
    worker.child().signal(number);
    const auto told = worker.child().error_lines().wait_for("log level level=" + level, std::chrono::steady_clock::now() + seconds{20});
    ASSERT_TRUE(told) << worker.log();
  };
  deliver("quiet-1");
  signal(SIGUSR1, "debug");
  deliver("told-2");
  signal(SIGUSR2, "info");
  deliver("quiet-3");
  EXPECT_EQ(worker.stop().code, 0);
  EXPECT_THAT(worker.log(), HasSubstr("delivered account=acme event_id=told-2 trace_id=" + trace));
  EXPECT_THAT(worker.log(), Not(HasSubstr("quiet-")));
}

}  // namespace
}  // namespace leadrelay::integration
