#pragma once

#include <memory>
#include <string>
#include <thread>

#include "base/loop.hpp"
#include "kafka/librdkafka_consumer.hpp"
#include "kafka/mover.hpp"
#include "kafka/properties.hpp"
#include "kafka/refusal.hpp"

namespace leadrelay::kafka {

/// A mover over a transactional producer of librdkafka. Its thread and its client begin with the first move or check.
class librdkafka_mover final : public mover {
 public:
  /// `of_group` outlives it or `close`.
  librdkafka_mover(loop& on, properties given, librdkafka_consumer& of_group);
  ~librdkafka_mover() override;

  void begin(move what, std::function<void(const move_result&)> done) override;
  void check(std::vector<needed_topic> topics, std::function<void(const std::vector<std::string>& problems)> done) override;
  bool busy() const noexcept override;
  void close(duration grace) override;

 private:
  struct shared;

  template <class work>
  void enqueue(work task);

  properties given_;
  librdkafka_consumer& group_;
  std::string transactional_id_;
  std::shared_ptr<shared> shared_;
  std::thread thread_;
};

/// A mover for the group that the consumer, one of `make_consumer`, is a member of. The refusal is what `check_properties` says.
made<std::unique_ptr<mover>> make_mover(loop& on, const properties& given, consumer& of_group);

}  // namespace leadrelay::kafka
