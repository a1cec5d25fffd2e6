#include "kafka/fetching.hpp"

#include <string>

#include "kafka/partition_list.hpp"

namespace leadrelay::kafka {

/// Of all of librdkafka's calls this one wakes all threads and has no other effect where it sets what is set.
void wake_fetching(rd_kafka_t* client, const properties& given) {
  const std::string user(find_property(given, {"sasl.username"}).value_or(""));
  const std::string password(find_property(given, {"sasl.password"}).value_or(""));
  const error_handle ignored(rd_kafka_sasl_set_credentials(client, user.c_str(), password.c_str()));
}

void resume_fetching(rd_kafka_t* client, const properties& given, std::set<topic_partition>& paused,
                     const std::vector<topic_partition>& partitions) {
  std::vector<topic_partition> resumed;
  for (const topic_partition& each : partitions)
    if (paused.erase(each) > 0) resumed.push_back(each);
  if (resumed.empty()) return;
  rd_kafka_resume_partitions(client, make_list(resumed).get());
  wake_fetching(client, given);
}

}  // namespace leadrelay::kafka
