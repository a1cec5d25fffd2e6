#pragma once

#include <cstdint>

#include "kafka/handles.hpp"
#include "kafka/properties.hpp"
#include "kafka/refusal.hpp"

namespace leadrelay::kafka {

/// What a client is for: the group's member, the writer of single records, the writer of transactions, the reader of given partitions.
/// A watcher asks where logs end, open transactions included; it consumes nothing, and nobody takes its events.
enum class role { consumer, producer, mover, reader, watcher };

/// librdkafka's configuration of one client: the worker's defaults, over them the properties given that are for this role, over them
/// what the worker owns. A mover's lacks its `transactional.id` yet. Refuses what `check_properties` refuses, but for what only shows when
/// a client is made of it.
made<configuration_handle> make_configuration(const properties& given, role as);

/// A number's value in a configuration, 0 where it has none.
std::uint64_t number_of(const rd_kafka_conf_t* configuration, const char* name);

/// A client, its log and errors as events; starts librdkafka's threads. The refusal is librdkafka's.
made<client_handle> make_client(configuration_handle configuration, role as, const properties& given);

}  // namespace leadrelay::kafka
