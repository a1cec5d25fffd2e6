#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>

#include "base/loop.hpp"
#include "config/configuration.hpp"
#include "kafka/consumer.hpp"
#include "kafka/log_reader.hpp"
#include "kafka/mover.hpp"
#include "kafka/producer.hpp"
#include "otlp/exporter.hpp"
#include "relay/relay.hpp"

namespace leadrelay::process {

class dialer_maker;

/// Which of a process's workers one is.
struct worker_place {
  int index = 0;
  int count = 1;
};

/// One worker with its loop: a relay, its member of the consumer group and its producer. Everything of it is made, used and destroyed
/// on the thread that calls `run`, except that `make` may be called before.
class worker_thread {
 public:
  /// A problem is librdkafka's refusal of the configuration, or a credential that cannot be read.
  /// The process's memory is shared evenly by its workers. `on_fatal` is called on the worker's thread when its producer can write nothing
  /// any more, so that it cannot go on.
  static outcome<std::unique_ptr<worker_thread>> make(std::shared_ptr<const config::configuration> configuration, worker_place place,
                                                      std::uint64_t random_seed, std::function<void()> on_fatal);
  ~worker_thread();

  executor on() noexcept { return context_.get_executor(); }
  loop& of() noexcept { return loop_; }
  relay::relay& relay() noexcept { return *relay_; }
  /// All zero where it does not trace.
  otlp::export_counts export_counts() const;

  /// Turns the loop until `end`.
  void run();

  /// `relay::prepare`, with the TLS files as they are now. On its own loop.
  task<outcome<void>> prepare(std::shared_ptr<const config::configuration> next);

  /// Nothing more is taken in, what is in flight ends, all is settled and committed, the group is left, the last spans go. On its own loop.
  task<void> drain(duration grace);

  /// `run` returns.
  void end();

 private:
  worker_thread();

  outcome<void> make_clients(const config::configuration& configuration, worker_place place, std::function<void()> on_fatal);

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<executor> keep_turning_;
  real_loop loop_;
  std::unique_ptr<kafka::consumer> consumer_;
  std::unique_ptr<kafka::producer> producer_;
  std::unique_ptr<kafka::mover> mover_;
  std::unique_ptr<kafka::log_reader> reader_;  ///< of parked changes
  std::unique_ptr<otlp::exporter> exporter_;   ///< where it traces
  std::unique_ptr<dialer_maker> dialers_;
  std::unique_ptr<leadrelay::relay::relay> relay_;
};

}  // namespace leadrelay::process
