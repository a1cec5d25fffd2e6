#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/loop.hpp"
#include "kafka/client_configuration.hpp"
#include "kafka/event_pump.hpp"
#include "kafka/handles.hpp"
#include "kafka/producer.hpp"

namespace leadrelay::kafka {

/// Told of the producer's trouble; `fatal` where no record can be written by this producer any more, or rights or credentials are
/// missing.
using producer_trouble = std::function<void(const std::string& what, bool fatal)>;

/// The producer over librdkafka's event API. Destroying it gives up what is not acknowledged yet and reports it as failed.
class librdkafka_producer final : public producer {
 public:
  librdkafka_producer(loop& on, client_handle client, properties given, producer_trouble tell);
  ~librdkafka_producer() override;

  std::string produce(const outgoing_record& record, delivery_report report) override;
  task<void> flush(duration grace) override;

  /// Records taken and not reported yet.
  std::size_t unreported() const noexcept { return unreported_; }

 private:
  void on_event(rd_kafka_event_t& event);
  void on_reports(rd_kafka_event_t& event);

  loop& loop_;
  client_handle client_;
  properties given_;
  producer_trouble tell_;
  std::size_t unreported_ = 0;
  wakeup reported_;  ///< a report has come, for `flush`
  std::optional<event_pump> pump_;
};

/// A producer. The refusal is what `check_properties` says, or librdkafka.
made<std::unique_ptr<producer>> make_producer(loop& on, const properties& given, producer_trouble tell);

}  // namespace leadrelay::kafka
