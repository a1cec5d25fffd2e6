#include "kafka/client_configuration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/text.hpp"
#include "kafka/property_table.hpp"

namespace leadrelay::kafka {
namespace {

using setting = std::pair<const char*, const char*>;

constexpr std::array common_defaults = {setting{"client.id", "leadrelay"}};

/// Eager assignors: an eager rebalance ends with the worker's answer, which its offsets are committed before.
/// A partition's queue is small because records wait in the worker's own budget, not here, and little comes at once. A member learns with a
/// heartbeat that another has left, whose partitions nobody delivers until then.
constexpr std::array consumer_defaults = {
    setting{"auto.offset.reset", "earliest"},
    setting{"partition.assignment.strategy", "range,roundrobin"},
    setting{"queued.max.messages.kbytes", "256"},
    setting{"queued.min.messages", "32"},  // the most, in spite of its name
    setting{"fetch.message.max.bytes", "131072"},
    setting{"fetch.wait.max.ms", "100"},
    setting{"heartbeat.interval.ms", "500"},
};
/// A member without an id of its own never comes back: its partitions go to others as soon as a broker's own bounds let it be taken for dead.
/// One with an id has librdkafka's 45 s for a restart.
constexpr setting session_of_dynamic_member = {"session.timeout.ms", "6000"};
constexpr std::array consumer_owned = {
    setting{"enable.auto.commit", "false"},
    setting{"enable.auto.offset.store", "false"},
    setting{"enable.partition.eof", "false"},
    setting{"isolation.level", "read_committed"},
    setting{"log.queue", "true"},
};

/// A reader fetches beside the consumer, within a smaller budget, and must hear where a log ends. It never joins its group.
constexpr std::array reader_owned = {
    setting{"enable.auto.commit", "false"},
    setting{"enable.auto.offset.store", "false"},
    setting{"enable.partition.eof", "true"},
    setting{"isolation.level", "read_committed"},
    setting{"auto.offset.reset", "earliest"},
    setting{"queued.max.messages.kbytes", "1024"},
    setting{"log.queue", "true"},
};

constexpr std::array watcher_owned = {
    setting{"enable.auto.commit", "false"},
    setting{"enable.auto.offset.store", "false"},
    setting{"isolation.level", "read_uncommitted"},
    setting{"log.queue", "false"},
};

/// The partitioner is Kafka's own (Java's), so that a key's dead letters lie where most programs would put them.
constexpr std::array producer_defaults = {setting{"linger.ms", "5"}, setting{"partitioner", "murmur2_random"}};
constexpr std::array producer_owned = {
    setting{"enable.idempotence", "true"},
    setting{"acks", "all"},
    setting{"delivery.report.only.error", "false"},
    setting{"log.queue", "true"},
};

/// A transaction that a worker dies in holds up the next owner of its partitions for this long. A mover makes no topic by asking for it.
constexpr std::array mover_defaults = {setting{"transaction.timeout.ms", "10000"}};
constexpr std::array mover_owned = {setting{"linger.ms", "5"}, setting{"allow.auto.create.topics", "false"}};

constexpr std::uint64_t largest_message_max = 1'000'000'000;  // the most that message.max.bytes takes
constexpr std::uint64_t default_receive_max = 100'000'000;    // librdkafka's receive.message.max.bytes
constexpr std::uint64_t room_for_headers = 64 * 1024;         // what a dead letter adds, and the framing

std::uint64_t number_or(std::optional<std::string_view> text, std::uint64_t otherwise) {
  std::uint64_t number = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc()) return otherwise;
  return number;
}

/// The producer's message.max.bytes: no record that the consumer can receive is larger.
std::string largest_message(const properties& given) {
  const auto receive = number_or(find_property(given, {"receive.message.max.bytes"}), default_receive_max);
  const auto wanted = number_or(find_property(given, {"message.max.bytes"}), 0);
  return std::to_string(std::min(std::max(receive + room_for_headers, wanted), largest_message_max));
}

std::string unknown_property(std::string what, std::string_view name) {
  const auto names = known_properties().names();
  if (const auto meant = did_you_mean(name, names)) what += " (did you mean \"" + std::string(*meant) + "\"?)";
  return what;
}

/// Sets one property; the reason where librdkafka refuses.
std::optional<std::string> set(rd_kafka_conf_t* configuration, const char* name, const char* value) {
  std::array<char, reason_bytes> reason{};
  const auto result = rd_kafka_conf_set(configuration, name, value, reason.data(), reason.size());
  if (result == RD_KAFKA_CONF_OK) return std::nullopt;
  std::string what = reason.data();
  if (what.find(name) == std::string::npos) what += std::string(" (") + name + ")";
  return result == RD_KAFKA_CONF_UNKNOWN ? unknown_property(std::move(what), name) : std::move(what);
}

template <std::size_t count>
void set_all(rd_kafka_conf_t* configuration, const std::array<setting, count>& settings) {
  for (const auto& [name, value] : settings) set(configuration, name, value);
}

bool consumes(role as) { return as == role::consumer || as == role::reader || as == role::watcher; }

bool is_for(role as, std::string_view name) {
  const scope of = known_properties().find(name).value_or(scope::both);
  return of == scope::both || (of == scope::consumer) == consumes(as);
}

/// Sets the properties that are for the role. Stops at nothing: every problem is kept.
void set_given(rd_kafka_conf_t* configuration, const properties& given, role as, std::vector<property_problem>& problems) {
  for (const auto& [name, value] : given) {
    if (!is_for(as, name)) continue;
    auto refused = refuse_owned(name, value);
    if (refused)
      refused = "\"" + name + "\" " + *refused;
    else
      refused = set(configuration, name.c_str(), value.c_str());
    if (refused) problems.push_back({name, without_secrets(std::move(*refused), given)});
  }
}

void require(const properties& given, std::initializer_list<std::string_view> names, std::string_view meaning,
             std::vector<property_problem>& problems) {
  const auto value = find_property(given, names);
  if (value && !value->empty()) return;
  const std::string name(*names.begin());
  problems.push_back({name, "\"" + name + "\" is missing: " + std::string(meaning)});
}

void check_required(const properties& given, std::vector<property_problem>& problems) {
  require(given, {"bootstrap.servers", "metadata.broker.list"}, "the brokers to start from, host:port, separated by commas", problems);
  require(given, {"group.id"}, "the consumer group that the workers share", problems);
}

/// librdkafka refuses times to send a record or a request that are longer than the transaction's.
void fit_into_transaction(rd_kafka_conf_t* configuration) {
  const std::uint64_t whole = number_of(configuration, "transaction.timeout.ms");
  set(configuration, "message.timeout.ms", std::to_string(whole).c_str());
  const std::uint64_t request = std::min(number_of(configuration, "socket.timeout.ms"), whole);
  set(configuration, "socket.timeout.ms", std::to_string(request).c_str());
}

void configure_consuming(rd_kafka_conf_t* to, const properties& given, role as, std::vector<property_problem>& problems) {
  set_all(to, consumer_defaults);
  if (!find_property(given, {"group.instance.id"})) set(to, session_of_dynamic_member.first, session_of_dynamic_member.second);
  set_given(to, given, as, problems);
  if (as == role::watcher) {
    set_all(to, watcher_owned);
    rd_kafka_conf_set_log_cb(to, nullptr);
    return;
  }
  if (as == role::reader)
    set_all(to, reader_owned);
  else
    set_all(to, consumer_owned);
  rd_kafka_conf_set_events(
      to, RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
}

void configure_producing(rd_kafka_conf_t* to, const properties& given, role as, std::vector<property_problem>& problems) {
  set_all(to, producer_defaults);
  if (as == role::mover) set_all(to, mover_defaults);
  set_given(to, given, as, problems);
  set_all(to, producer_owned);
  set(to, "message.max.bytes", largest_message(given).c_str());
  if (as == role::mover) {
    set_all(to, mover_owned);
    fit_into_transaction(to);
  }
  rd_kafka_conf_set_events(to, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
}

configuration_handle configure(const properties& given, role as, std::vector<property_problem>& problems) {
  configuration_handle configuration(rd_kafka_conf_new());
  set_all(configuration.get(), common_defaults);
  if (consumes(as))
    configure_consuming(configuration.get(), given, as, problems);
  else
    configure_producing(configuration.get(), given, as, problems);
  return configuration;
}

/// A client made for a trial would fetch tickets or tokens at once with these mechanisms.
bool trial_has_effects(const properties& given) {
  const auto protocol = find_property(given, {"security.protocol"}).value_or("");
  if (protocol.find("sasl") == std::string_view::npos && protocol.find("SASL") == std::string_view::npos) return false;
  const auto mechanism = find_property(given, {"sasl.mechanisms", "sasl.mechanism"}).value_or("GSSAPI");
  return mechanism == "GSSAPI" || mechanism == "OAUTHBEARER";
}

/// What only shows when librdkafka puts all properties together: makes a client that knows no broker.
void check_together(const properties& given, role as, std::vector<property_problem>& problems) {
  properties brokerless = given;
  std::erase_if(brokerless, [](const auto& p) { return p.first == "bootstrap.servers" || p.first == "metadata.broker.list"; });
  std::vector<property_problem> ignored;
  auto client = make_client(configure(brokerless, as, ignored), as, brokerless);
  if (client) return;
  const std::string& what = client.error().what;
  const bool known = std::ranges::any_of(problems, [&](const property_problem& p) { return p.what == what; });
  if (!known) problems.push_back({"", what});
}

}  // namespace

std::uint64_t number_of(const rd_kafka_conf_t* configuration, const char* name) {
  std::array<char, reason_bytes> value{};
  std::size_t size = value.size();
  if (rd_kafka_conf_get(configuration, name, value.data(), &size) != RD_KAFKA_CONF_OK) return 0;
  return number_or(std::string_view(value.data()), 0);
}

made<configuration_handle> make_configuration(const properties& given, role as) {
  std::vector<property_problem> problems;
  check_required(given, problems);
  configuration_handle configuration = configure(given, as, problems);
  if (!problems.empty()) return refusal{problems.front().what};
  return configuration;
}

made<client_handle> make_client(configuration_handle configuration, role as, const properties& given) {
  std::array<char, reason_bytes> reason{};
  const auto type = consumes(as) ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
  client_handle client(rd_kafka_new(type, configuration.get(), reason.data(), reason.size()));
  if (!client) return refusal{without_secrets(reason.data(), given)};
  static_cast<void>(configuration.release());  // the client owns it now
  return client;
}

std::vector<property_problem> check_properties(const properties& given) {
  std::vector<property_problem> problems;
  check_required(given, problems);
  configure(given, role::consumer, problems);
  const std::size_t of_consumer = problems.size();
  std::vector<property_problem> of_producer;
  configure(given, role::producer, of_producer);
  for (auto& problem : of_producer) {
    const auto end = problems.begin() + static_cast<std::ptrdiff_t>(of_consumer);
    const bool known = std::any_of(problems.begin(), end, [&](const property_problem& p) { return p.name == problem.name; });
    if (!known) problems.push_back(std::move(problem));
  }
  if (!problems.empty() || trial_has_effects(given)) return problems;
  check_together(given, role::consumer, problems);
  check_together(given, role::producer, problems);
  return problems;
}

}  // namespace leadrelay::kafka
