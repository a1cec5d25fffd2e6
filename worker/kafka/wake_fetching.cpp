#include "kafka/wake_fetching.hpp"

#include <string>

namespace leadrelay::kafka {

/// Of all of librdkafka's calls this one wakes all threads and has no other effect where it sets what is set.
void wake_fetching(rd_kafka_t* client, const properties& given) {
  const std::string user(find_property(given, {"sasl.username"}).value_or(""));
  const std::string password(find_property(given, {"sasl.password"}).value_or(""));
  const error_handle ignored(rd_kafka_sasl_set_credentials(client, user.c_str(), password.c_str()));
}

}  // namespace leadrelay::kafka
