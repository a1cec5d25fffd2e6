#pragma once

#include "kafka/producer.hpp"
#include "simulation/broker.hpp"

namespace leadrelay::simulation {

/// One worker's producer, which writes to the topics of dead letters and results.
class letters final : public kafka::producer {
 public:
  letters(surroundings& at, simulation::broker& of, int worker) : at_(at), broker_(of), worker_(worker) {}

  std::string produce(const kafka::outgoing_record& record, kafka::delivery_report report) override;
  task<void> flush(duration grace) override;

  /// The process is killed: what is on the wire may still be written, nobody is told.
  void kill() { killed_ = true; }

 private:
  std::string fail(const char* why);
  void arrive(const ledger::letter& written, const kafka::delivery_report& report);

  surroundings& at_;
  simulation::broker& broker_;
  int worker_;
  bool killed_ = false;
  time_point last_failure_{};
};

}  // namespace leadrelay::simulation
