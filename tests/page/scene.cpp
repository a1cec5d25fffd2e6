// A worker on a real broker with providers that work, or that fail in every way that the page shows: scene healthy|troubled. It prints
// `page URL` and goes on until its input ends.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "demo/stream.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::steady_clock;

constexpr const char* refused_key = "secret-credential-of-acme-leadpro";
constexpr const char* parked_account = "globex-leadping";

constexpr const char* healthy_faults = R"({"all": {"status_503": 0.2, "latency_ms": 18, "jitter_ms": 30}})";

/// Of each provider another trouble. `waiting`: 429 with Retry-After.
const std::string troubled_faults = std::string(R"({"all": {"latency_ms": 18, "jitter_ms": 30},)") +
                                    R"("leadpro": {"latency_ms": 12, "rejected_keys": [")" + refused_key + R"("]},)" +
                                    R"("leadping": {"latency_ms": 40, "status_503": 100},)" +
                                    R"("orwel": {"latency_ms": 25, "status_429": 100, "retry_after_s": 20}})";

struct scene {
  std::string faults;
  std::vector<account_config> accounts;
};

std::vector<account_config> all_providers(const scenario& world) {
  std::vector<account_config> out;
  for (const sandbox::provider each : sandbox::all_providers) {
    out.push_back(world.account(demo::account_name(each), std::string(to_string(each))));
    out.back().merging = true;
  }
  return out;
}

scene healthy(const scenario& world) { return {healthy_faults, all_providers(world)}; }

scene troubled(const scenario& world) {
  scene out{troubled_faults, all_providers(world)};
  for (account_config& each : out.accounts) {
    each.retry = "{ attempts: 50, first_wait: 200ms, longest_wait: 5s, give_up_after: 1h }";
    each.more["park"] = "{ after: 1h }";
    if (each.provider == "octanist") each.limits = "[ { requests: 8, per: 1s } ]";
  }
  out.accounts.push_back(world.account(parked_account, "leadping"));
  out.accounts.back().retry = out.accounts.front().retry;
  out.accounts.back().more["park"] = "{ after: 2s }";
  return out;
}

/// The same change for the other account of that provider.
std::string for_parked_account(std::string event) {
  const std::string from = "acme-leadping";
  if (const auto at = event.find(from); at != std::string::npos) event.replace(at, from.size(), parked_account);
  return event;
}

bool input_has_ended() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, 100) <= 0) return false;
  char byte = 0;
  return read(STDIN_FILENO, &byte, 1) <= 0;
}

/// Writes changes, more and less of them in turns of four minutes, now and then a bad one.
void feed(scenario& world, bool parks) {
  demo::stream changes(7, 60);
  const std::vector<demo::demo_record> bad = changes.bad_records();
  const auto began = steady_clock::now();
  double due = 0;
  std::size_t written = 0;
  for (auto last = began; !input_has_ended();) {
    const auto now = steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - began).count();
    due += std::chrono::duration<double>(now - last).count() * (40 + 22 * std::sin(seconds / 38) + 8 * std::sin(seconds / 7));
    last = now;
    for (; static_cast<double>(written) < due; ++written) {
      const demo::demo_record next = written % 700 == 699 ? bad[(written / 700) % bad.size()] : changes.next();
      world.writer().write(world.topic(), {next.key, next.value, {}});
      if (parks && written % 5 == 0 && next.value) world.writer().write(world.topic(), {next.key, for_parked_account(*next.value), {}});
    }
  }
}

int run(const std::string& name) {
  scenario world("page-" + name, 6);
  const bool trouble = name == "troubled";
  const scene of = trouble ? troubled(world) : healthy(world);
  world.sandbox().set_faults(of.faults);
  worker_config config = world.config(of.accounts);
  config.more["threads"] = "2";
  worker_process worker(config);
  worker.wait_until_ready();
  std::printf("page %s\n", worker.admin_url().c_str());
  std::fflush(stdout);
  feed(world, trouble);
  return worker.stop().code;
}

}  // namespace
}  // namespace leadrelay::integration

int main(int argc, char** argv) {
  const std::string name = argc == 2 ? argv[1] : "";
  if (name != "healthy" && name != "troubled") {
    std::fprintf(stderr, "usage: scene healthy|troubled\n");
    return 2;
  }
  try {
    return leadrelay::integration::run(name);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scene: %s\n", error.what());
    return 1;
  }
}
