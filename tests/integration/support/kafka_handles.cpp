#include "support/kafka_handles.hpp"

#include <array>
#include <stdexcept>

namespace leadrelay::integration {

kafka_owned<rd_kafka_t> make_kafka(rd_kafka_type_t type, const std::map<std::string, std::string>& properties) {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()) == RD_KAFKA_CONF_OK) continue;
    rd_kafka_conf_destroy(conf);
    throw std::runtime_error(name + ": " + reason.data());
  }
  rd_kafka_t* handle = rd_kafka_new(type, conf, reason.data(), reason.size());
  if (handle) return kafka_owned<rd_kafka_t>(handle);
  rd_kafka_conf_destroy(conf);
  throw std::runtime_error(std::string("rd_kafka_new: ") + reason.data());
}

void expect_kafka(rd_kafka_resp_err_t code, const std::string& what) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(what + ": " + rd_kafka_err2str(code));
}

kafka_owned<rd_kafka_topic_partition_list_t> partition_list(const std::string& topic, int partitions) {
  kafka_owned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(partitions));
  rd_kafka_topic_partition_list_add_range(list.get(), topic.c_str(), 0, partitions - 1);
  return list;
}

}  // namespace leadrelay::integration
