#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/kafka_admin.hpp"
#include "support/kafka_record.hpp"
#include "support/kafka_writer.hpp"
#include "support/sandbox_process.hpp"
#include "support/worker_config.hpp"

namespace leadrelay::integration {

/// What most tests stand on: topics and a group of their own on the fixture's broker, and a sandbox.
class scenario {
 public:
  explicit scenario(const std::string& name, int partitions = 4);
  ~scenario();

  const std::string& bootstrap() const noexcept { return bootstrap_; }
  const std::string& group() const noexcept { return name_; }
  std::string topic() const { return name_ + ".changes"; }
  std::string dead_topic() const { return name_ + ".dead"; }
  int partitions() const noexcept { return partitions_; }

  kafka_admin& admin() noexcept { return admin_; }
  kafka_writer& writer() noexcept { return writer_; }
  sandbox_process& sandbox() noexcept { return sandbox_; }
  const sandbox_process& sandbox() const noexcept { return sandbox_; }

  /// An account at the sandbox, its credential one that can be told from all other text.
  account_config account(const std::string& name, const std::string& provider) const;
  /// A configuration with these accounts.
  worker_config config(std::vector<account_config> accounts) const;

  /// Records not yet committed by the group.
  std::int64_t lag() { return admin_.lag(group(), topic()); }
  std::vector<kafka_record> dead_letters() const;

 private:
  std::string name_;
  std::string bootstrap_;
  int partitions_;
  kafka_admin admin_;
  kafka_writer writer_;
  sandbox_process sandbox_;
};

/// How many dead letters there are of each reason.
std::map<std::string, int> count_by_reason(const std::vector<kafka_record>& dead_letters);

}  // namespace leadrelay::integration
