#include "support/scenario.hpp"

#include "support/environment.hpp"
#include "support/kafka_reader.hpp"

namespace leadrelay::integration {

scenario::scenario(const std::string& name, int partitions)
    : name_(unique_name(name)),
      bootstrap_(kafka_bootstrap()),
      partitions_(partitions),
      admin_(bootstrap_),
      writer_(bootstrap_) {
  admin_.create_topic(topic(), partitions);
  admin_.create_topic(dead_topic(), partitions);
}

// The broker is shared by all tests of a run and would keep everything.
scenario::~scenario() {
  try {
    admin_.delete_topic(topic());
    admin_.delete_topic(dead_topic());
  } catch (const std::exception&) {}
}

account_config scenario::account(const std::string& name, const std::string& provider) const {
  account_config made;
  made.name = name;
  made.provider = provider;
  made.base_url = sandbox_.url();
  made.credential = "secret-credential-of-" + name;
  return made;
}

worker_config scenario::config(std::vector<account_config> accounts) const {
  worker_config made;
  made.kafka = {
      {"bootstrap.servers", bootstrap_}, {"group.id", group()}, {"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "1000"}};
  made.lead_changes = {topic()};
  made.dead_letters = dead_topic();
  made.accounts = std::move(accounts);
  return made;
}

std::vector<kafka_record> scenario::dead_letters() const { return read_topic(bootstrap_, dead_topic()); }

std::map<std::string, int> count_by_reason(const std::vector<kafka_record>& dead_letters) {
  std::map<std::string, int> counts;
  for (const kafka_record& record : dead_letters) ++counts[record.header("leadrelay.reason").value_or("(none)")];
  return counts;
}

}  // namespace leadrelay::integration
