#include "process/worker_thread.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>

#include <boost/asio/ip/host_name.hpp>

#include "base/version.hpp"
#include "kafka/librdkafka_consumer.hpp"
#include "kafka/librdkafka_log_reader.hpp"
#include "kafka/librdkafka_mover.hpp"
#include "kafka/librdkafka_producer.hpp"
#include "process/dialer_maker.hpp"

namespace leadrelay::process {

namespace {

/// How long the last spans may take: so much at least though the grace is over, and no longer where the receiver is away.
constexpr duration least_export_time = std::chrono::seconds{1};
constexpr duration most_export_time = std::chrono::seconds{5};

/// The topics of parked changes beside each source topic.
kafka::topics_beside parked_topics(const config::configuration& of) {
  kafka::topics_beside out;
  for (const std::string& source : of.topics.lead_changes)
    for (const config::account& each : of.accounts) out[source].push_back(of.parked_topic(each.name, source));
  return out;
}

/// Of an answer that accepts spans, nothing else is read.
constexpr std::uint64_t largest_export_answer = 64 << 10;

std::string random_uuid() {
  std::random_device entropy;
  std::uint64_t high = (std::uint64_t{entropy()} << 32) | entropy();
  std::uint64_t low = (std::uint64_t{entropy()} << 32) | entropy();
  high = (high & ~0xF000ull) | 0x4000;  // version 4 (RFC 9562 section 5.4)
  low = (low & ~(3ull << 62)) | std::uint64_t{1} << 63;
  const std::string digits = tracing::to_string(high) + tracing::to_string(low);
  return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-" + digits.substr(12, 4) + "-" + digits.substr(16, 4) + "-" +
         digits.substr(20);
}

/// The process, as spans say it.
tracing::resource resource_of(const config::tracing_settings& settings) {
  static const std::string instance = random_uuid();
  boost::system::error_code ignored;
  return {{"service.name", settings.service_name},
          {"service.version", std::string(version)},
          {"service.instance.id", instance},
          {"host.name", boost::asio::ip::host_name(ignored)}};
}

outcome<std::unique_ptr<otlp::exporter>> make_exporter(loop& on, dialer_maker& dialers, const config::tracing_settings& settings,
                                                       std::uint64_t random_seed) {
  auto dialer = dialers.make(settings.endpoint, settings.tls, largest_export_answer, "tracing");
  if (!dialer) return dialer.error();
  if (const auto headers = config::read_headers(settings); !headers) return headers.error();
  otlp::exporter_settings with{.target = settings.endpoint.path_prefix,
                               .host = settings.endpoint.host_header,
                               .resource = resource_of(settings),
                               .headers = [settings] { return config::read_headers(settings); },
                               .queue = static_cast<std::size_t>(settings.queue),
                               .interval = settings.interval,
                               .timeout = settings.timeout};
  return std::make_unique<otlp::exporter>(on, std::move(*dialer), std::move(with), random_seed);
}

problem refused(const kafka::refusal& why) { return {reason::rejected, why.what}; }

}  // namespace

worker_thread::worker_thread() : keep_turning_(context_.get_executor()), loop_(context_) {}

worker_thread::~worker_thread() = default;

outcome<std::unique_ptr<worker_thread>> worker_thread::make(std::shared_ptr<const config::configuration> configuration, worker_place place,
                                                            std::uint64_t random_seed, std::function<void()> on_fatal) {
  std::unique_ptr<worker_thread> made(new worker_thread);
  if (const auto clients = made->make_clients(*configuration, place, std::move(on_fatal)); !clients) return clients.error();
  made->dialers_ = std::make_unique<dialer_maker>(made->loop_);
  if (configuration->tracing) {
    auto exporter = make_exporter(made->loop_, *made->dialers_, *configuration->tracing, ~random_seed);
    if (!exporter) return exporter.error();
    made->exporter_ = std::move(*exporter);
  }
  auto connectors = [dialers = made->dialers_.get()](const config::account& of) { return dialers->make(of); };
  made->relay_ = std::make_unique<leadrelay::relay::relay>(
      leadrelay::relay::relay_parts{.on = made->loop_,
                                    .configuration = configuration,
                                    .consumer = *made->consumer_,
                                    .producer = *made->producer_,
                                    .connectors = connectors,
                                    .memory = configuration->memory / static_cast<std::uint64_t>(place.count),
                                    .random_seed = random_seed,
                                    .mover = made->mover_.get(),
                                    .reader = made->reader_.get(),
                                    .spans = made->exporter_.get()});
  if (const auto started = made->relay_->start(); !started) return started.error();
  return made;
}

outcome<void> worker_thread::make_clients(const config::configuration& configuration, worker_place place, std::function<void()> on_fatal) {
  const kafka::properties of_member = kafka::properties_of_member(configuration.kafka, place.index, place.count);
  auto consumer = kafka::make_consumer(loop_, of_member, configuration.topics.lead_changes, parked_topics(configuration));
  if (!consumer) return refused(consumer.error());
  consumer_ = std::move(*consumer);
  auto tell = [this, end = std::move(on_fatal)](const std::string& what, bool fatal) {
    relay_->on_error(what, fatal);
    if (fatal) end();
  };
  auto producer = kafka::make_producer(loop_, configuration.kafka, std::move(tell));
  if (!producer) return refused(producer.error());
  producer_ = std::move(*producer);
  auto mover = kafka::make_mover(loop_, configuration.kafka, *consumer_);
  if (!mover) return refused(mover.error());
  mover_ = std::move(*mover);
  auto reader = kafka::make_log_reader(loop_, configuration.kafka);
  if (!reader) return refused(reader.error());
  reader_ = std::move(*reader);
  return {};
}

void worker_thread::run() { context_.run(); }

task<outcome<void>> worker_thread::prepare(std::shared_ptr<const config::configuration> next) {
  dialers_->forget_files();
  return relay_->prepare(std::move(next));
}

task<void> worker_thread::drain(duration grace) {
  const time_point deadline = loop_.now() + grace;
  co_await relay_->drain(grace);
  co_await producer_->flush(std::max(deadline - loop_.now(), duration{std::chrono::seconds{1}}));
  if (exporter_) co_await exporter_->drain(loop_.now() + std::clamp(deadline - loop_.now(), least_export_time, most_export_time));
}

otlp::export_counts worker_thread::export_counts() const { return exporter_ ? exporter_->counts() : otlp::export_counts{}; }

void worker_thread::end() {
  keep_turning_.reset();
  context_.stop();
}

}  // namespace leadrelay::process
