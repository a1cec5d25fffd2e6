#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kafka/log_reader.hpp"
#include "kafka/mover.hpp"
#include "simulation/member.hpp"

namespace leadrelay::simulation {

/// One worker's transactions, in the place of librdkafka_mover: a move takes effect as a whole at one moment, if the broker accepts the
/// member's generation then, and its end is told for certain.
class parker final : public kafka::mover {
 public:
  parker(surroundings& at, simulation::broker& of, member& in) : at_(at), broker_(of), member_(in) {}

  void begin(kafka::move what, std::function<void(const kafka::move_result&)> done) override;
  void check(std::vector<kafka::needed_topic> topics, std::function<void(const std::vector<std::string>&)> done) override;
  bool busy() const noexcept override { return busy_; }
  void close(duration) override { closed_ = true; }

  /// The process is killed: what is on the wire may still take effect, nobody is told.
  void kill() { closed_ = true; }

 private:
  surroundings& at_;
  simulation::broker& broker_;
  member& member_;
  bool busy_ = false;
  bool closed_ = false;
};

/// One worker's reader of parked changes, in the place of librdkafka_log_reader.
class log_reader final : public kafka::log_reader {
 public:
  log_reader(surroundings& at, simulation::broker& of, int worker);
  ~log_reader() override;

  void start(kafka::log_reader_events& to) override { events_ = &to; }
  void read(const std::vector<kafka::read_position>& partitions) override;
  void leave(const std::vector<kafka::topic_partition>& partitions) override;
  void pause(const std::vector<kafka::topic_partition>& partitions) override;
  void resume(const std::vector<kafka::topic_partition>& partitions) override;
  void close(duration) override { events_ = nullptr; }

  /// There may be more to read.
  void fetch_soon();

 private:
  struct reading {
    std::int64_t next = 0;
    bool paused = false;
    bool end_is_told = false;
  };

  void fetch();
  bool deliver_next(const kafka::topic_partition& of);

  surroundings& at_;
  simulation::broker& broker_;
  int worker_;
  kafka::log_reader_events* events_ = nullptr;
  std::map<kafka::topic_partition, reading> reading_;
  bool fetching_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace leadrelay::simulation
