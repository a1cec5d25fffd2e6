#include <algorithm>
#include <array>

#include <librdkafka/rdkafka.h>

#include "kafka/properties.hpp"

// The properties that the worker's guarantees stand on.
namespace leadrelay::kafka {
namespace {

struct owned_property {
  std::string_view name;
  std::string_view reason;
};

constexpr std::string_view commits = "belongs to the worker, which commits an offset once all before it are settled; remove it";
constexpr std::string_view events = "belongs to the worker, which needs every event; remove it";

constexpr std::array owned = {
    owned_property{"enable.auto.commit", commits},
    owned_property{"auto.commit.enable", commits},
    owned_property{"auto.commit.interval.ms", commits},
    owned_property{"enable.auto.offset.store", commits},
    owned_property{"offset.store.method", commits},
    owned_property{"offset.store.path", commits},
    owned_property{"offset.store.sync.interval.ms", commits},
    owned_property{"enable.partition.eof", events},
    owned_property{"delivery.report.only.error", events},
    owned_property{"enabled_events", events},
    owned_property{"log.queue", events},
    owned_property{"isolation.level", "belongs to the worker, which reads what is committed alone; remove it"},
    owned_property{"transactional.id", "belongs to the worker, which gives each of its writers of transactions one of its own; remove it"},
    owned_property{"test.mock.num.brokers", "would give each client a cluster of its own; use `leadrelay demo` to try without a broker"},
};

bool is_cooperative(std::string_view strategies) { return strategies.find("cooperative") != std::string_view::npos; }

constexpr int first_sound_cooperative_version = 0x02060000;

}  // namespace

std::optional<std::string> refuse_owned(std::string_view name, std::string_view value) {
  const auto found = std::ranges::find(owned, name, &owned_property::name);
  if (found != owned.end()) return std::string(found->reason);
  if (name == "enable.idempotence" && value != "true")
    return "must be true, or absent: without it a retry may write a dead letter twice or out of order";
  if ((name == "acks" || name == "request.required.acks") && value != "all" && value != "-1")
    return "must be all, or absent: a dead letter is settled once all in-sync replicas have it";
  if (name == "partition.assignment.strategy" && is_cooperative(value) && rd_kafka_version() < first_sound_cooperative_version)
    return std::string("cooperative-sticky needs librdkafka 2.6 or later, this is ") + rd_kafka_version_str() + "; use range,roundrobin";
  return std::nullopt;
}

}  // namespace leadrelay::kafka
