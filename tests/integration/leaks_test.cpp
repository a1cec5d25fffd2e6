// A run in which everything goes wrong, with secrets that can be told from all other text, and a search for them in all that comes out.
#include <csignal>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "support/dead_letters.hpp"
#include "support/environment.hpp"
#include "support/http_client.hpp"
#include "support/kafka_reader.hpp"
#include "support/misplaced_secrets.hpp"
#include "support/needles.hpp"
#include "support/otlp_receiver.hpp"
#include "support/telling_events.hpp"
#include "support/worker_process.hpp"
#include "unit/mounted_secret.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

const std::vector<std::string> providers{"perch", "leadpro", "octanist", "leadping", "orwel", "acme"};
const std::vector<std::string> echoes{"400/json", "401/json", "403/text",   "404/percent", "409/ascii", "422/text", "422/json",
                                      "429/json", "500/json", "500/broken", "503/text",    "302/json",  "307/text", "200/broken"};

/// A provider whose credential is a password, whose leads are found by an address in the path, and whose errors are told in full.
constexpr const char* acme = R"(name: acme
title: Acme
base_url: https://api.acme.example
call: { method: PATCH, path: "/leads/{email}" }
auth: { basic: true }
lead: { one_of: [email] }
fields:
  first_name: { to: /first_name, sensitive: true }
  last_name: { to: /last_name, sensitive: true }
  note: { to: /note, append: true, sensitive: true }
answers: { code: /title, message: /message }
)";

/// Of all that a provider may do to a request, a share each.
constexpr const char* every_fault = R"({"all":{"hang":8,"reset_before":8,"status_429":8,"status_503":8,"status_500":8,"redirect":8,
  "redirect_location":"https://elsewhere.example/","reset_after":8,"malformed":8,"truncated":8,"bad_body":8,"oversized":8,
  "slow_body":10,"slow_body_ms":100},"seed":5})";

/// The topics, providers and accounts of the run, and what was given to them.
class faulty_world {
 public:
  faulty_world() : world_("leaks"), events_(needles_), echo_({"/usr/bin/python3", "-B", echo_script()}) {
    const auto found =
        echo_.output_lines().wait_for("listening on (http://127\\.0\\.0\\.1:\\d+)", std::chrono::steady_clock::now() + seconds{20});
    if (!found) throw std::runtime_error("the echo did not start: " + echo_.standard_error());
    echo_url_ = found->at(1);
    world_.sandbox().set_faults(every_fault);
    world_.admin().create_topic(results_topic(), 1);
    write_file(definitions_.file("acme.yaml"), acme);
    write_file(file("tracing"), needles_.add("credential of the traces' receiver", "Bearer-tr4cing+Qw31336/receiver"));
    add_accounts();
    write_file(file("leadrelay.yaml"), config().yaml());
  }
  ~faulty_world() {
    std::vector<std::string> made{results_topic(), world_.group() + ".replayed"};
    for (const account_config& each : accounts_) made.push_back(parked_topic(each));
    try {
      for (const std::string& topic : made)
        if (world_.admin().topic_exists(topic)) world_.admin().delete_topic(topic);
    } catch (const std::exception&) {}
  }

  /// Writes all events; how many each account has.
  void write_events() {
    for (const account_config& account : accounts_) {
      write(account.name, events_.change(account.provider, account.name));
      for (const kafka_record& each : events_.native_change(account.provider, account.name)) write(account.name, each);
      const bool to_fail = account.name == account.provider + ".500-json";  // until its breaker opens, which is logged
      if (account.name == account.provider || to_fail)
        for (int more = 0; more < 12; ++more) write(account.name, events_.change(account.provider, account.name));
      if (account.name == account.provider + ".400-json")
        for (const kafka_record& each : events_.impossible_changes(account.provider, account.name)) write(account.name, each);
    }
    for (const kafka_record& each : events_.malformed("orwel")) write({}, each);
    write({}, events_.large("orwel", 64 << 10));
    world_.writer().flush();
  }

  worker_config config() const {
    worker_config made = world_.config(accounts_);
    made.results = results_topic();
    made.more = {{"log", "{ level: debug }"},
                 {"max_record", "64KiB"},
                 {"providers_dir", definitions_.path()},
                 {"grace", "5s"},
                 {"tracing", "{ endpoint: " + traces_.url() + ", headers: { Authorization: { file: " + file("tracing") + " } } }"}};
    return made;
  }

  /// Whether every account has taken what it was given, and settled it but where its provider is down.
  bool is_over(const std::string& admin_url) const {
    const json::document status = get_json(admin_url + "/status.json");
    for (const auto& each : status["accounts"].GetArray()) {
      const auto given = given_.find(std::string(json::text(each["account"])));
      const bool down = json::text(each["state"]) != "flowing";
      if (given == given_.end() || each["taken"].GetUint64() < given->second || (each["waiting"].GetUint64() > 0 && !down)) return false;
    }
    return true;
  }

  command_result run(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all{leadrelay_binary()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    if (arguments.front() != "check" && arguments.front() != "run") all.insert(all.end(), {"--config", directory_.file("leadrelay.yaml")});
    return run_command(all, config().environment(), seconds{120});
  }

  scenario& world() noexcept { return world_; }
  const needles& secrets() const noexcept { return needles_; }
  needles& secrets() noexcept { return needles_; }
  const std::vector<kafka_record>& written() const noexcept { return written_; }
  std::string results_topic() const { return world_.group() + ".results"; }
  std::string parked_topic(const account_config& of) const { return world_.group() + ".parked." + of.name; }
  /// What the receiver of traces was sent, as one text.
  std::string traces() const {
    std::string out;
    for (const received_request& each : traces_.requests()) out += each.target + "\n" + each.body + "\n";
    return out;
  }
  std::string file(const std::string& name) const { return directory_.file(name); }

 private:
  static std::string echo_script() { return std::string(LEADRELAY_SOURCE_DIR) + "/tests/integration/support/echo_provider.py"; }

  void write(const std::string& account, const kafka_record& record) {
    if (!account.empty()) ++given_[account];
    world_.writer().write(world_.topic(), record);
    written_.push_back(record);
  }

  void add_account(const std::string& provider, const std::string& name, const std::string& base_url) {
    account_config made = world_.account(name, provider);
    const std::string secret =
        needles_.add("credential of " + name, "sk/" + name + "+Qw" + std::to_string(accounts_.size() * 7919 + 31337));
    made.credential = (provider == "acme" ? "somebody:" : "") + secret;
    made.base_url = base_url;
    made.retry = "{ attempts: 2, first_wait: 20ms, longest_wait: 100ms, give_up_after: 3s }";
    made.more = {{"timeouts", "{ connect: 1s, answer: 1s }"}, {"park", "{ after: 2s }"}};
    accounts_.push_back(made);
  }

  void add_accounts() {
    for (const std::string& provider : providers) {
      for (std::string answer : echoes) {
        const std::string base = echo_url_ + "/" + answer;
        answer[3] = '-';
        add_account(provider, provider + "." + answer, base);
      }
      add_account(provider, provider + ".tls", "https://127.0.0.1:" + std::to_string(world_.sandbox().port()));
      add_account(provider, provider + ".away", "http://127.0.0.1:1");
      add_account(provider, provider, world_.sandbox().url());
    }
  }

  needles needles_;
  scenario world_;
  telling_events events_;
  process echo_;
  std::string echo_url_;
  otlp_receiver traces_;
  temp_dir directory_;
  temp_dir definitions_;
  std::vector<account_config> accounts_;
  std::map<std::string, std::uint64_t> given_;
  std::vector<kafka_record> written_;
};

void append(std::vector<place>& to, std::vector<place> from) {
  for (place& each : from) to.push_back(std::move(each));
}

std::vector<place> pages_of(const worker_process& worker) {
  std::vector<place> out;
  for (const char* path : {"/", "/livez", "/readyz", "/metrics", "/status.json", "/history.json"})
    out.push_back({path, http_get(worker.admin_url() + path).body});
  return out;
}

/// What the worker writes beside the event: of a dead letter or a parked change the headers are its own, of a result the value is, too.
std::vector<place> records_of(faulty_world& world) {
  std::vector<place> out;
  const auto add = [&](const std::string& topic, bool values) {
    if (!world.world().admin().topic_exists(topic)) return;
    for (const kafka_record& each : read_topic(world.world().bootstrap(), topic)) {
      std::string text = values ? each.value.value_or("") : "";
      for (const auto& [name, value] : each.headers) text += "\n" + name + ": " + value.value_or("");
      out.push_back({topic + " " + std::to_string(each.partition) + ":" + std::to_string(each.offset), text});
    }
  };
  add(world.world().dead_topic(), false);
  add(world.results_topic(), true);
  add(world.world().group() + ".replayed", true);
  for (const account_config& each : world.config().accounts) add(world.parked_topic(each), false);
  return out;
}

place said_by(faulty_world& world, const std::vector<std::string>& arguments) {
  const command_result result = world.run(arguments);
  std::string name = "leadrelay";
  for (const std::string& each : arguments) name += " " + each;
  return {name, result.output + result.error};
}

/// What the commands for dead letters say; `replay` last.
std::vector<place> letters_as_told(faulty_world& world) {
  std::vector<place> out;
  out.push_back(said_by(world, {"dead-letters", "list", "--all"}));
  out.push_back(said_by(world, {"dead-letters", "list", "--all", "--json"}));
  std::set<std::string> shown;
  for (const kafka_record& letter : world.world().dead_letters()) {
    const std::string kind = letter.header("leadrelay.reason").value_or("") + letter.header("leadrelay.provider").value_or("");
    if (!shown.insert(kind + letter.header("leadrelay.http_status").value_or("")).second) continue;
    const std::string which = std::to_string(letter.partition) + ":" + std::to_string(letter.offset);
    out.push_back(said_by(world, {"dead-letters", "show", which}));
    if (shown.size() % 4 == 0) out.push_back(said_by(world, {"dead-letters", "show", which, "--json"}));
  }
  for (const char* how : {"--dry-run", "--json", "--again"}) out.push_back(said_by(world, {"dead-letters", "replay", how}));
  return out;
}

/// What `explain` says of all events, good and bad.
std::vector<place> explained(faulty_world& world) {
  std::string lines;
  for (const kafka_record& each : world.written()) lines += each.value.value_or("") + "\n";
  write_file(world.file("events.json"), lines);
  return {said_by(world, {"explain", world.file("events.json")}), said_by(world, {"explain", world.file("events.json"), "--json"})};
}

/// What `check` says of configurations in which a secret stands where none belongs, with and without a look at what they name.
std::vector<place> refused_configurations(faulty_world& world) {
  std::vector<place> out;
  for (const misplaced_secret& each : misplaced_secrets(world.secrets())) {
    write_file(world.file("wrong.yaml"), each.yaml);
    const std::vector<std::string> check{"check", "--config", world.file("wrong.yaml")};
    std::vector<std::vector<std::string>> forms{{}, {"--json"}};
    if (each.is_of_kafka) forms.push_back({"--connect", "--timeout", "500ms"});
    for (const std::vector<std::string>& more : forms) {
      std::vector<std::string> arguments = check;
      arguments.insert(arguments.end(), more.begin(), more.end());
      out.push_back(said_by(world, arguments));
      out.back().name += " with " + each.where;
    }
  }
  return out;
}

/// What `check --connect` says of the run's own brokers and providers, and of brokers and files that take none of these secrets.
std::vector<place> refused_connections(faulty_world& world) {
  std::vector<place> out;
  const auto look = [&](const std::string& file) {
    for (const char* form : {"--timeout=5s", "--json"}) out.push_back(said_by(world, {"check", "--config", file, "--connect", form}));
  };
  look(world.file("leadrelay.yaml"));
  worker_config locked = world.config();
  locked.kafka["security.protocol"] = "SASL_PLAINTEXT";
  locked.kafka["sasl.mechanisms"] = "PLAIN";
  locked.kafka["sasl.username"] = "somebody";
  locked.kafka["sasl.password"] = world.secrets().add("password of the brokers", "br0kers-Password/77431");
  write_file(world.file("key.pem"), world.secrets().add("broken private key", "-----BEGIN PRIVATE KEY-----Zk77qq1931"));
  locked.accounts[0].base_url = "https://127.0.0.1:1";
  locked.accounts[0].more["tls"] = "{ certificate: " + world.file("key.pem") + ", key: " + world.file("key.pem") + " }";
  write_file(world.file("locked.yaml"), locked.yaml());
  look(world.file("locked.yaml"));
  return out;
}

/// What a running worker tells of configurations that it does not take.
std::vector<place> refused_reloads(faulty_world& world, test::mounted_secret& mounted, worker_process& worker) {
  std::vector<place> out;
  double refused = 0;
  for (const misplaced_secret& each : misplaced_secrets(world.secrets())) {
    mounted.swap_to(each.yaml);
    worker.child().signal(SIGHUP);
    ++refused;
    EXPECT_TRUE(eventually(seconds{30}, [&] {
      return worker.metrics().sum("leadrelay_configuration_reloads_total", {{"result", "refused"}}) >= refused;
    })) << each.where;
    const json::document status = get_json(worker.admin_url() + "/status.json");
    out.push_back({"why a reload was refused with " + each.where, std::string(json::text(status["configuration"]["refusal"]))});
  }
  append(out, pages_of(worker));
  return out;
}

TEST(leaks, nothing_of_a_whole_faulty_run_tells_a_credential_or_a_sensitive_value) {
  faulty_world world;
  world.write_events();
  std::vector<place> seen;
  {
    test::mounted_secret mounted(world.config().yaml());
    worker_process worker(world.config(), mounted.path());
    ASSERT_TRUE(eventually(seconds{30}, [&] { return !world.world().dead_letters().empty(); })) << worker.log();
    append(seen, pages_of(worker));
    EXPECT_TRUE(eventually(
        seconds{90}, [&] { return world.is_over(worker.admin_url()); }, std::chrono::milliseconds{200}))
        << http_get(worker.admin_url() + "/status.json").body;
    append(seen, pages_of(worker));
    append(seen, refused_reloads(world, mounted, worker));
    EXPECT_EQ(worker.stop().code, 0);
    for (const char* trouble : {"credential refused", "provider fails", "provider not reached", "dead letter", "configuration refused"})
      EXPECT_THAT(worker.log(), HasSubstr(trouble));
    seen.push_back({"the log", worker.log()});
    seen.push_back({"the traces", world.traces()});
    EXPECT_THAT(world.traces(), HasSubstr("\"send " + world.world().dead_topic()));
  }
  const auto reasons = count_by_reason(world.world().dead_letters());
  std::set<std::string> met;
  for (const auto& [reason, count] : reasons) met.insert(reason);
  EXPECT_THAT(met, IsSupersetOf({"undecodable", "invalid_event", "unknown_account", "unmapped_field", "missing_required", "invalid_field",
                                 "rejected", "not_found", "conflict", "retries_exhausted", "outcome_unknown", "too_large"}));
  append(seen, records_of(world));
  append(seen, explained(world));
  append(seen, letters_as_told(world));
  seen.push_back(said_by(world, {"check", "--config", world.file("leadrelay.yaml")}));
  append(seen, refused_configurations(world));
  append(seen, refused_connections(world));

  for (const place& each : seen) EXPECT_THAT(each.text, Not(IsEmpty())) << each.name;
  EXPECT_GT(world.secrets().size(), 2000u);
  std::vector<place> values;
  for (const kafka_record& each : world.written()) values.push_back({"an event", each.value.value_or("")});
  EXPECT_GT(world.secrets().find_in(values).size(), 1000u) << "the search finds nothing";
  for (const std::string& leak : world.secrets().find_in(seen)) ADD_FAILURE() << leak;
}

}  // namespace
}  // namespace leadrelay::integration
