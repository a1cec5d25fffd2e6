#include "demo/demo.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "base/log.hpp"
#include "config/configuration.hpp"
#include "demo/screen.hpp"
#include "demo/stream.hpp"
#include "demo/summary.hpp"
#include "demo/topic_io.hpp"
#include "kafka/mock_cluster.hpp"
#include "process/process.hpp"
#include "sandbox/server.hpp"

namespace leadrelay::demo {
namespace {

using clock = std::chrono::steady_clock;

constexpr int partitions = 8;
constexpr int leads_of_a_provider = 40;
constexpr auto longest_run = std::chrono::seconds{55};
constexpr auto screen_pause = std::chrono::milliseconds{200};

/// Appends (Octanist's notes) must not be repeated blindly, so Octanist gets no resets: their outcome would be unknown.
constexpr std::string_view faults = R"({
  "all": {"status_503": 5, "status_429": 0.3, "retry_after_s": 1, "latency_ms": 5, "jitter_ms": 20},
  "perch": {"status_503": 5, "status_429": 0.3, "retry_after_s": 1, "reset_before": 1, "latency_ms": 5, "jitter_ms": 20},
  "leadping": {"status_503": 5, "status_429": 0.3, "retry_after_s": 1, "reset_before": 1, "latency_ms": 10, "jitter_ms": 40},
  "orwel": {"status_503": 5, "status_429": 0.3, "retry_after_s": 1, "reset_before": 1, "latency_ms": 5, "jitter_ms": 20}})";

std::string configuration_text(const std::string& bootstrap_servers, std::uint16_t sandbox_port) {
  std::string text = "kafka: { bootstrap.servers: '" + bootstrap_servers + "', group.id: leadrelay-demo }\n" +
                     "topics: { lead_changes: [lead-changes], dead_letters: lead-changes.dead, results: lead-changes.results }\n" +
                     "admin: { listen: 127.0.0.1:0 }\nlog: { level: error }\naccounts:\n";
  for (const sandbox::provider each : sandbox::all_providers)
    text += "  " + account_name(each) + ": { provider: " + std::string(to_string(each)) +
            ", base_url: 'http://127.0.0.1:" + std::to_string(sandbox_port) +
            "', credential: { env: LEADRELAY_DEMO_KEY }, limits: [], concurrency: 16, " +
            "retry: { attempts: 12, first_wait: 50ms, longest_wait: 1s, give_up_after: 1m } }\n";
  return text;
}

/// The parts of the demo, made before anything moves.
struct stage {
  sandbox::background_server providers;
  kafka::mock_cluster cluster;
  std::shared_ptr<const config::configuration> configuration;
  std::string bootstrap_servers;
};

sandbox::options sandbox_options(std::uint64_t seed) {
  sandbox::options out;
  out.seed = seed;
  if (const auto set = sandbox::set_faults(out, faults); !set) throw std::logic_error(set.error().detail);
  return out;
}

std::unique_ptr<stage> set_stage(std::uint64_t seed) {
  setenv("LEADRELAY_DEMO_KEY", "demo-key", 1);
  auto cluster = kafka::mock_cluster::start();
  if (!cluster) throw std::runtime_error(cluster.error().what);
  const std::string servers = cluster->bootstrap_servers();
  std::vector<std::string> topics{"lead-changes", "lead-changes.dead", "lead-changes.results"};
  for (const sandbox::provider each : sandbox::all_providers) topics.push_back("leadrelay-demo.parked." + account_name(each));
  for (const std::string& topic : topics)
    if (const std::string error = cluster->create_topic(topic, partitions); !error.empty()) throw std::runtime_error(error);
  std::unique_ptr<stage> out(new stage{sandbox::background_server(sandbox_options(seed)), std::move(*cluster), {}, servers});
  yaml::issues issues;
  auto loaded = config::load_text(configuration_text(servers, out->providers.port()), "demo.yaml", issues);
  if (!loaded) throw std::logic_error(issues.all().front().text());
  out->configuration = std::make_shared<const config::configuration>(std::move(*loaded));
  return out;
}

std::vector<demo_record> make_records(stream& of, int events) {
  std::vector<demo_record> out;
  const std::vector<demo_record> bad = of.bad_records();
  const std::size_t every = static_cast<std::size_t>(events) / bad.size() + 1;
  for (std::size_t index = 0; index < static_cast<std::size_t>(events); ++index) {
    out.push_back(of.next());
    if (index % every == every / 2) out.push_back(bad[index / every]);
  }
  for (std::size_t index =
           static_cast<std::size_t>(std::count_if(out.begin(), out.end(), [](const auto& r) { return r.expected.has_value(); }));
       index < bad.size(); ++index)
    out.push_back(bad[index]);
  return out;
}

std::map<std::string, std::uint64_t> plan_of(const stream& of) {
  std::map<std::string, std::uint64_t> out;
  for (const demo_lead& lead : of.leads()) out[account_name(lead.provider)] += static_cast<std::uint64_t>(lead.changes);
  return out;
}

std::uint64_t settled(const admin::process_snapshot& now) {
  std::uint64_t out = 0;
  for (const auto& account : now.accounts()) out += account.counts.delivered + account.counts.dead_lettered();
  for (const std::uint64_t count : now.counts().dead_letters) out += count;
  return out;
}

bool all_committed(const admin::process_snapshot& now) {
  for (const auto& worker : now.workers)
    for (const auto& partition : worker.partitions)
      if (partition.committed < partition.settled || partition.outstanding > 0) return false;
  return true;
}

/// Writes the records over the time, showing the progress meanwhile and until all is settled and committed, or too long has passed.
admin::process_snapshot play(process::process& worker, const std::string& bootstrap_servers, const std::vector<demo_record>& records,
                             screen& shown, const demo_options& options, const std::atomic<bool>& ended) {
  topic_writer writer(bootstrap_servers, "lead-changes");
  const auto began = clock::now();
  std::size_t written = 0;
  for (;;) {
    const double share = std::chrono::duration<double>(clock::now() - began).count() / options.seconds;
    const auto due = std::min(records.size(), static_cast<std::size_t>(share * static_cast<double>(records.size())));
    for (; written < due; ++written) writer.write(records[written].key, records[written].value);
    if (written == records.size()) writer.flush();
    const auto now = ended ? std::nullopt : worker.snapshot_from_outside();
    if (!now) return {};
    shown.show(*now);
    const bool done = written == records.size() && settled(*now) >= records.size() && all_committed(*now);
    if (done || clock::now() - began > longest_run) return *now;
    std::this_thread::sleep_for(screen_pause);
  }
}

int show(const demo_options& options) {
  const std::unique_ptr<stage> on = set_stage(options.seed);
  stream changes(options.seed, leads_of_a_provider);
  const std::vector<demo_record> records = make_records(changes, options.events);
  auto worker = process::process::make(on->configuration);
  if (!worker) throw std::runtime_error(worker.error().detail);
  std::printf(
      "%zu records of %zu leads go through Kafka (in this process, %s) to five providers (the sandbox, http://127.0.0.1:%u).\n"
      "The providers answer 5%% of the requests with 503, some with 429 and Retry-After, and drop some connections.\n"
      "Live: http://127.0.0.1:%u/\n\n",
      records.size(), changes.leads().size(), on->bootstrap_servers.c_str(), on->providers.port(), (*worker)->admin_port());
  std::fflush(stdout);
  std::atomic<bool> ended{false};
  std::jthread running([&] {
    (*worker)->run();
    ended = true;
  });
  screen shown(plan_of(changes));
  const admin::process_snapshot last = play(**worker, on->bootstrap_servers, records, shown, options, ended);
  const bool interrupted = ended;
  if (!interrupted) (*worker)->stop();
  running.join();
  if (interrupted) {
    std::printf("\nInterrupted: the worker has drained and left its group.\n");
    return 1;
  }
  const std::vector<buried> dead = read_dead_letters(on->bootstrap_servers, "lead-changes.dead", partitions, count_bad(records));
  return summarize(last, changes, records, dead, on->providers) ? 0 : 1;
}

}  // namespace

int run(const demo_options& options) {
  log::start(log::format::text, log::level::error);
  try {
    return show(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "leadrelay demo: %s\n", error.what());
    return 1;
  }
}

}  // namespace leadrelay::demo
