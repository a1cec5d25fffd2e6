#pragma once

#include "kafka/handles.hpp"
#include "kafka/properties.hpp"
#include "kafka/refusal.hpp"

namespace leadrelay::kafka {

enum class role { consumer, producer };

/// librdkafka's configuration of one client: the worker's defaults, over them the properties given that are for this role, over them
/// what the worker owns. Refuses what `check_properties` refuses, but for what only shows when a client is made of it.
made<configuration_handle> make_configuration(const properties& given, role as);

/// A client, its log and errors as events; starts librdkafka's threads. The refusal is librdkafka's.
made<client_handle> make_client(configuration_handle configuration, role as, const properties& given);

}  // namespace leadrelay::kafka
